using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Text;

// The driver of calls for C#, which lies beside a program and calls one of its methods. What call.py says holds here,
// too; only that a method is always one of a class. Its declared types say what the arguments become.
static class JudgeCall {
  const BindingFlags All =
    BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.FlattenHierarchy;

  static void Main() {
    string text = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false)).ReadToEnd();
    var request = (Dictionary<string, object>)new Reader(text).Value();
    var arguments = (List<object>)request["arguments"];
    string[] names = ((string)request["function"]).Split('.');
    Type owner = Assembly.GetExecutingAssembly().GetTypes().FirstOrDefault(type => type.Name == names[0]);
    MethodInfo method = owner?.GetMethods(All).FirstOrDefault(
      one => one.Name == names[1] && one.GetParameters().Length == arguments.Count);
    if (method == null)
      throw new MissingMethodException($"there is no method {names[0]}.{names[1]} of {arguments.Count} parameters");
    object[] values = method.GetParameters().Select((one, index) => As(one.ParameterType, arguments[index])).ToArray();
    object target = method.IsStatic ? null : Activator.CreateInstance(owner, true);
    object result = null;
    try {
      result = method.Invoke(target, values);
    } catch (TargetInvocationException error) {
      ExceptionDispatchInfo.Capture(error.InnerException).Throw();
    }
    var answer = new StringBuilder();
    Write(answer, result);
    Console.Out.Flush();
    byte[] data = new UTF8Encoding(false).GetBytes(answer.ToString());
    using (var file = new FileStream("/dev/fd/3", FileMode.Open, FileAccess.Write)) file.Write(data, 0, data.Length);
  }

  static Exception Misfit(Type type, object value) => new ArgumentException($"{value ?? "null"} is no {type}");

  // What was read, as the type that a method wants.

  static object As(Type type, object value) {
    Type plain = Nullable.GetUnderlyingType(type) ?? type;
    if (value == null) return type.IsValueType && plain == type ? throw Misfit(type, value) : value;
    if (plain == typeof(object)) return value;
    if (plain == typeof(char)) return value is string one && one.Length == 1 ? one[0] : throw Misfit(type, value);
    if (value is List<object> list) return AsList(plain, list);
    if (value is Dictionary<string, object> members) return AsDictionary(plain, members);
    if (value is string || value is bool) return plain.IsInstanceOfType(value) ? value : throw Misfit(type, value);
    bool isFraction = plain == typeof(double) || plain == typeof(float) || plain == typeof(decimal);
    bool isWhole = plain.IsPrimitive && plain != typeof(bool) && !isFraction;
    if (!isFraction && !(isWhole && value is decimal)) throw Misfit(type, value);
    return Convert.ChangeType(value, plain, CultureInfo.InvariantCulture);
  }

  static object AsList(Type type, List<object> list) {
    Type item = type.IsArray ? type.GetElementType() : type.IsGenericType ? type.GetGenericArguments()[0] : typeof(object);
    Array array = Array.CreateInstance(item, list.Count);
    for (int i = 0; i < list.Count; i++) array.SetValue(As(item, list[i]), i);
    if (type.IsInstanceOfType(array)) return array;
    return Activator.CreateInstance(type, array);
  }

  static object AsDictionary(Type type, Dictionary<string, object> members) {
    Type item = type.IsGenericType ? type.GetGenericArguments()[1] : typeof(object);
    var all = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), item));
    foreach (var member in members) all.Add(member.Key, As(item, member.Value));
    return type.IsInstanceOfType(all) ? all : throw Misfit(type, "an object");
  }

  // What a method returned.

  static void Write(StringBuilder text, object value) {
    if (value == null) text.Append("null");
    else if (value is bool truth) text.Append(truth ? "true" : "false");
    else if (value is string || value is char) Quote(text, value.ToString());
    else if (value is double || value is float) Fraction(text, value);
    else if (value is IDictionary members) WriteAll(text, members.Keys.Cast<object>(), "{}", key => {
      Quote(text, Convert.ToString(key, CultureInfo.InvariantCulture));
      Write(text.Append(':'), members[key]);
    });
    else if (value is IEnumerable list && !IsSet(value)) WriteAll(text, list.Cast<object>(), "[]", item => Write(text, item));
    else if (value is decimal || value is System.Numerics.BigInteger || value.GetType().IsPrimitive)
      text.Append(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
    else throw new ArgumentException($"a value of the type {value.GetType()} cannot be written as JSON");
  }

  static bool IsSet(object value) =>
    value.GetType().GetInterfaces().Any(one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(ISet<>));

  static void WriteAll(StringBuilder text, IEnumerable<object> items, string marks, Action<object> write) {
    text.Append(marks[0]);
    bool isFirst = true;
    foreach (object item in items) {
      if (!isFirst) text.Append(',');
      isFirst = false;
      write(item);
    }
    text.Append(marks[1]);
  }

  static void Fraction(StringBuilder text, object given) {
    double number = Convert.ToDouble(given);
    if (double.IsNaN(number)) text.Append("NaN");
    else if (double.IsInfinity(number)) text.Append(number > 0 ? "Infinity" : "-Infinity");
    else text.Append(((IFormattable)given).ToString("R", CultureInfo.InvariantCulture));
  }

  static void Quote(StringBuilder text, string said) {
    text.Append('"');
    foreach (char c in said)
      if (c == '"' || c == '\\') text.Append('\\').Append(c);
      else if (c < ' ' || char.IsSurrogate(c)) text.Append("\\u").Append(((int)c).ToString("x4"));
      else text.Append(c);
    text.Append('"');
  }

  // JSON as it comes from the judge, which has looked at it: it is well formed. Whole numbers become decimals.
  sealed class Reader {
    readonly string text;
    int at;

    internal Reader(string text) { this.text = text; }

    char Next() {
      while (" \t\r\n".IndexOf(text[at]) >= 0) at++;
      return text[at];
    }

    bool GoesOn(char end) {
      if (Next() == ',') at++;
      if (Next() != end) return true;
      at++;
      return false;
    }

    internal object Value() {
      switch (Next()) {
        case '[':
          var list = new List<object>();
          for (at++; GoesOn(']');) list.Add(Value());
          return list;
        case '{':
          var members = new Dictionary<string, object>();
          for (at++; GoesOn('}');) {
            string key = String();
            Next();
            at++;
            members[key] = Value();
          }
          return members;
        case '"': return String();
        case 't': at += 4; return true;
        case 'f': at += 5; return false;
        case 'n': at += 4; return null;
      }
      int start = at;
      while (at < text.Length && "+-.eE0123456789".IndexOf(text[at]) >= 0) at++;
      string number = text.Substring(start, at - start);
      if (number.IndexOfAny(new[] { '.', 'e', 'E' }) < 0) return decimal.Parse(number, CultureInfo.InvariantCulture);
      return double.Parse(number, CultureInfo.InvariantCulture);
    }

    string String() {
      Next();
      var said = new StringBuilder();
      while (text[++at] != '"') {
        char c = text[at];
        if (c == '\\') {
          c = text[++at];
          int plain = "bfnrt".IndexOf(c);
          if (plain >= 0) c = "\b\f\n\r\t"[plain];
          else if (c == 'u') {
            c = (char)int.Parse(text.Substring(at + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            at += 4;
          }
        }
        said.Append(c);
      }
      at++;
      return said.ToString();
    }
  }
}
