program grader;
uses twice, twicelib;
var n: longint;
begin
    readln(n);
    show(double(n));
end.
