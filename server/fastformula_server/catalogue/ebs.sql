/* The names that formulas of Oracle E-Business Suite HRMS can use, for
   "fastformula catalog import".

   It only reads the dictionary of FastFormula, and no data of any person. It holds no
   colon, ampersand or semicolon, since BI Publisher takes these for parameters or for
   the end of the query. LISTAGG needs Oracle Database 11.2 or later.

   Tables and columns are those of the Electronic Technical Reference Manual, release
   12.1 and 12.2. Two things are not said there, and are read like this.
   - A formula needs a DEFAULT for an item whose value may be null, or for which no row
     may be found.
   - Elements, balances and user tables go by the name in the base language. Database
     items are listed by their translated names, too.
   All business groups and legislations are listed together. An item that has another
   type in another business group is imported without a type. */
SELECT 'DATABASE ITEM' AS KIND,
       d.USER_NAME AS NAME,
       d.DATA_TYPE AS DATA_TYPE,
       CASE
         WHEN d.NULL_ALLOWED_FLAG = 'Y' OR u.NOTFOUND_ALLOWED_FLAG = 'Y' THEN 'Y'
         ELSE 'N'
       END AS DEFAULT_REQUIRED,
       r.CONTEXTS AS CONTEXTS,
       SUBSTR(d.DESCRIPTION, 1, 240) AS DESCRIPTION
  FROM (SELECT i.USER_NAME, i.USER_ENTITY_ID, i.DATA_TYPE, i.NULL_ALLOWED_FLAG,
               i.DESCRIPTION
          FROM FF_DATABASE_ITEMS i
        UNION ALL
        SELECT t.TRANSLATED_USER_NAME, i.USER_ENTITY_ID, i.DATA_TYPE,
               i.NULL_ALLOWED_FLAG, t.DESCRIPTION
          FROM FF_DATABASE_ITEMS i
          JOIN FF_DATABASE_ITEMS_TL t
            ON t.USER_NAME = i.USER_NAME AND t.USER_ENTITY_ID = i.USER_ENTITY_ID
         WHERE t.TRANSLATED_USER_NAME <> i.USER_NAME) d
  JOIN FF_USER_ENTITIES u
    ON u.USER_ENTITY_ID = d.USER_ENTITY_ID
  LEFT JOIN (SELECT rcu.ROUTE_ID,
                    LISTAGG(c.CONTEXT_NAME, ' ')
                      WITHIN GROUP (ORDER BY rcu.SEQUENCE_NO) AS CONTEXTS
               FROM FF_ROUTE_CONTEXT_USAGES rcu
               JOIN FF_CONTEXTS c
                 ON c.CONTEXT_ID = rcu.CONTEXT_ID
              GROUP BY rcu.ROUTE_ID) r
    ON r.ROUTE_ID = u.ROUTE_ID
UNION ALL
SELECT 'GLOBAL VALUE', g.GLOBAL_NAME, g.DATA_TYPE, NULL, NULL, NULL
  FROM FF_GLOBALS_F g
 GROUP BY g.GLOBAL_NAME, g.DATA_TYPE
UNION ALL
SELECT 'CONTEXT', c.CONTEXT_NAME, c.DATA_TYPE, NULL, NULL, NULL
  FROM FF_CONTEXTS c
UNION ALL
SELECT 'ELEMENT', e.ELEMENT_NAME, NULL, NULL, NULL, NULL
  FROM PAY_ELEMENT_TYPES_F e
 GROUP BY e.ELEMENT_NAME
UNION ALL
SELECT 'BALANCE', b.BALANCE_NAME, NULL, NULL, NULL, NULL
  FROM PAY_BALANCE_TYPES b
 GROUP BY b.BALANCE_NAME
UNION ALL
SELECT 'VALUE SET', v.FLEX_VALUE_SET_NAME, NULL, NULL, NULL, NULL
  FROM FND_FLEX_VALUE_SETS v
 GROUP BY v.FLEX_VALUE_SET_NAME
UNION ALL
SELECT 'USER TABLE', t.USER_TABLE_NAME, NULL, NULL, NULL, NULL
  FROM PAY_USER_TABLES t
 GROUP BY t.USER_TABLE_NAME
UNION ALL
SELECT 'FORMULA', f.FORMULA_NAME, NULL, NULL, NULL, NULL
  FROM FF_FORMULAS_F f
 GROUP BY f.FORMULA_NAME
