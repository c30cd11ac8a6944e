unit twicelib;
interface
procedure show(n: longint);
implementation
procedure show(n: longint);
begin
    writeln(n);
end;
end.
