/* The names that formulas of an Oracle Fusion Cloud HCM pod can use, for
   "fastformula catalog import".

   It only reads the dictionary of FastFormula, and no data of any person. Paste it as
   it is. It holds no colon, ampersand or semicolon, since BI Publisher takes these for
   parameters or for the end of the query.

   Tables and columns are those of Oracle's "Tables and Views for HCM" and "Tables and
   Views for Common Features". Three things are not said there, and are read like this.
   - DATA_TYPE of two letters is an array, the type of its values before that of its
     index, so that TN is TEXT_NUMBER.
   - A formula needs a DEFAULT for an item whose value may be null, or for which no row
     may be found.
   - Elements, balances and user tables go by their base name and by their name in your
     language. Both are listed.
   A global value also is a database item, so it is listed twice. The import knows. */
SELECT 'DATABASE ITEM' AS KIND,
       d.BASE_USER_NAME AS NAME,
       d.DATA_TYPE AS DATA_TYPE,
       CASE
         WHEN d.NULL_ALLOWED_FLAG = 'Y' OR u.NOTFOUND_ALLOWED_FLAG = 'Y' THEN 'Y'
         ELSE 'N'
       END AS DEFAULT_REQUIRED,
       r.CONTEXTS AS CONTEXTS,
       SUBSTR(t.DESCRIPTION, 1, 240) AS DESCRIPTION
  FROM FF_DATABASE_ITEMS_B d
  JOIN FF_USER_ENTITIES_B u
    ON u.USER_ENTITY_ID = d.USER_ENTITY_ID
  LEFT JOIN FF_DATABASE_ITEMS_TL t
    ON t.DATABASE_ITEM_ID = d.DATABASE_ITEM_ID AND t.LANGUAGE = USERENV('LANG')
  LEFT JOIN (SELECT rcu.ROUTE_ID,
                    LISTAGG(c.BASE_CONTEXT_NAME, ' ')
                      WITHIN GROUP (ORDER BY rcu.SEQUENCE_NO) AS CONTEXTS
               FROM FF_ROUTE_CONTEXT_USAGES rcu
               JOIN FF_CONTEXTS_B c
                 ON c.CONTEXT_ID = rcu.CONTEXT_ID
              GROUP BY rcu.ROUTE_ID) r
    ON r.ROUTE_ID = u.ROUTE_ID
UNION ALL
SELECT 'GLOBAL VALUE', g.BASE_GLOBAL_NAME, g.DATA_TYPE, NULL, NULL,
       SUBSTR(MAX(g.DESCRIPTION), 1, 240)
  FROM FF_GLOBALS_VL g
 GROUP BY g.BASE_GLOBAL_NAME, g.DATA_TYPE
UNION ALL
SELECT 'CONTEXT', c.BASE_CONTEXT_NAME, c.DATA_TYPE, NULL, NULL,
       SUBSTR(c.DESCRIPTION, 1, 240)
  FROM FF_CONTEXTS_VL c
UNION ALL
SELECT 'ELEMENT', e.BASE_ELEMENT_NAME, NULL, NULL, NULL, NULL
  FROM PAY_ELEMENT_TYPES_VL e
 GROUP BY e.BASE_ELEMENT_NAME
UNION ALL
SELECT 'ELEMENT', e.ELEMENT_NAME, NULL, NULL, NULL, NULL
  FROM PAY_ELEMENT_TYPES_VL e
 WHERE e.ELEMENT_NAME <> e.BASE_ELEMENT_NAME
 GROUP BY e.ELEMENT_NAME
UNION ALL
SELECT 'BALANCE', b.BASE_BALANCE_NAME, NULL, NULL, NULL, NULL
  FROM PAY_BALANCE_TYPES_VL b
 GROUP BY b.BASE_BALANCE_NAME
UNION ALL
SELECT 'BALANCE', b.BALANCE_NAME, NULL, NULL, NULL, NULL
  FROM PAY_BALANCE_TYPES_VL b
 WHERE b.BALANCE_NAME <> b.BASE_BALANCE_NAME
 GROUP BY b.BALANCE_NAME
UNION ALL
SELECT 'VALUE SET', v.VALUE_SET_CODE, NULL, NULL, NULL, NULL
  FROM FND_VS_VALUE_SETS v
 GROUP BY v.VALUE_SET_CODE
UNION ALL
SELECT 'USER TABLE', t.BASE_USER_TABLE_NAME, NULL, NULL, NULL, NULL
  FROM FF_USER_TABLES_VL t
 GROUP BY t.BASE_USER_TABLE_NAME
UNION ALL
SELECT 'USER TABLE', t.USER_TABLE_NAME, NULL, NULL, NULL, NULL
  FROM FF_USER_TABLES_VL t
 WHERE t.USER_TABLE_NAME <> t.BASE_USER_TABLE_NAME
 GROUP BY t.USER_TABLE_NAME
UNION ALL
SELECT 'FORMULA', f.BASE_FORMULA_NAME, NULL, NULL, NULL, NULL
  FROM FF_FORMULAS_VL f
 GROUP BY f.BASE_FORMULA_NAME
