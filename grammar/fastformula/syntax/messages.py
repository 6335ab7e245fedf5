from fastformula.diagnostic import Diagnostic, Severity
from fastformula.text import Span
from fastformula.syntax.recogniser import recogniser
def describe(text, tokens, stacks, bad, repair):
    t=tokens[repair.at]
    if repair.action=="skip": t=tokens[bad]
    span=Span(t.start,t.end)
    if repair.action=="insert" and repair.at>0:
        p=tokens[repair.at-1]
        if "\n" in text[p.end:t.start] and not recogniser().feed(stacks[repair.at],"$END") and t.kind!="EQUAL": span=Span(p.start,p.end)
    return Diagnostic("syntax",Severity.ERROR,span,f"{repair.action} {[k.kind for k in repair.tokens]}")
