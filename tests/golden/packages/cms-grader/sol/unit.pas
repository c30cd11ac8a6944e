unit twice;
interface
function double(n: longint): longint;
implementation
function double(n: longint): longint;
begin
    double := 2 * n;
end;
end.
