
// The driver of calls for C++, put at the end of a program's main file. What call.py says holds here, too. The type of
// the function, as the compiler sees it, says what the arguments become.
#undef int  // some programs make it long long; what they declared has been read
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unistd.h>
#include <unordered_map>
#include <utility>
#include <vector>

namespace judge_call {

template <class T> struct As {};

// JSON as it comes from the judge, which has looked at it: it is well formed.
struct Reader {
  const char *at;

  char next() {
    while (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n') ++at;
    return *at;
  }
  [[noreturn]] void unfit(const char *wanted) { throw std::invalid_argument(std::string("an argument is no ") + wanted); }
  void take(char mark, const char *wanted) {
    if (next() != mark) unfit(wanted);
    ++at;
  }
  bool goes_on(char end) {
    if (next() == ',') ++at;
    if (next() != end) return true;
    ++at;
    return false;
  }
  bool word(const char *said) {
    std::string_view wanted(said);
    next();
    if (std::string_view(at).substr(0, wanted.size()) != wanted) return false;
    at += wanted.size();
    return true;
  }
  unsigned code() {
    unsigned value = static_cast<unsigned>(std::stoul(std::string(at, 4), nullptr, 16));
    at += 4;
    return value;
  }

  std::string read(As<std::string>) {
    static const std::string letters = "bfnrt", meant = "\b\f\n\r\t";
    std::string out;
    for (take('"', "string"); *at != '"';) {
      if (*at != '\\') {
        out += *at++;
        continue;
      }
      char letter = *++at;
      ++at;
      std::size_t place = letters.find(letter);
      if (letter != 'u') {
        out += place == std::string::npos ? letter : meant[place];
        continue;
      }
      unsigned value = code();
      if (value >= 0xD800 && value < 0xDC00) {
        at += 2;
        value = 0x10000 + ((value - 0xD800) << 10) + (code() - 0xDC00);
      }
      if (value < 0x80) {
        out += static_cast<char>(value);
        continue;
      }
      int more = value < 0x800 ? 1 : value < 0x10000 ? 2 : 3;
      out += static_cast<char>((0xF0 << (3 - more) & 0xFF) | value >> 6 * more);
      while (more--) out += static_cast<char>(0x80 | (value >> 6 * more & 0x3F));
    }
    ++at;
    return out;
  }
  bool read(As<bool>) {
    if (word("true")) return true;
    if (word("false")) return false;
    unfit("bool");
  }
  char read(As<char>) {
    std::string text = next() == '"' ? read(As<std::string>()) : "";
    if (text.size() != 1) unfit("char");
    return text[0];
  }
  template <class T> std::enable_if_t<std::is_arithmetic_v<T>, T> read(As<T>) {
    std::string text;
    for (next(); *at == '-' || *at == '+' || *at == '.' || *at == 'e' || *at == 'E' || (*at >= '0' && *at <= '9');) text += *at++;
    if (text.empty()) unfit("number");
    if constexpr (std::is_floating_point_v<T>) return static_cast<T>(std::strtod(text.c_str(), nullptr));
    if (text.find_first_of(".eE") != std::string::npos) unfit("integer");
    if constexpr (std::is_signed_v<T>) {
      signed long long value = std::stoll(text);
      if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max()) unfit("integer of this size");
      return static_cast<T>(value);
    } else {
      unsigned long long value = text[0] == '-' ? (unfit("unsigned integer"), 0) : std::stoull(text);
      if (value > std::numeric_limits<T>::max()) unfit("integer of this size");
      return static_cast<T>(value);
    }
  }
  template <class T> std::vector<T> read(As<std::vector<T>>) {
    std::vector<T> out;
    for (take('[', "list"); goes_on(']');) out.push_back(read(As<T>()));
    return out;
  }
  template <class T> std::optional<T> read(As<std::optional<T>>) {
    if (word("null")) return std::nullopt;
    return read(As<T>());
  }
  template <class A, class B> std::pair<A, B> read(As<std::pair<A, B>>) {
    take('[', "pair");
    A first = read(As<A>());
    if (!goes_on(']')) unfit("pair");
    B second = read(As<B>());
    if (goes_on(']')) unfit("pair");
    return {std::move(first), std::move(second)};
  }
  template <class M> M object() {
    M out;
    for (take('{', "object"); goes_on('}');) {
      std::string key = read(As<std::string>());
      take(':', "object");
      out[key] = read(As<typename M::mapped_type>());
    }
    return out;
  }
  template <class T> std::map<std::string, T> read(As<std::map<std::string, T>>) { return object<std::map<std::string, T>>(); }
  template <class T> std::unordered_map<std::string, T> read(As<std::unordered_map<std::string, T>>) {
    return object<std::unordered_map<std::string, T>>();
  }
};

struct Writer {
  std::string out;

  void write(const std::string &text) {
    out += '"';
    for (char c : text) {
      char escaped[8];
      if (c == '"' || c == '\\') (out += '\\') += c;
      else if (static_cast<unsigned char>(c) < ' ') out.append(escaped, std::snprintf(escaped, sizeof escaped, "\\u%04x", c));
      else out += c;
    }
    out += '"';
  }
  void write(const char *text) { write(std::string(text)); }
  void write(char c) { write(std::string(1, c)); }
  void write(bool value) { out += value ? "true" : "false"; }
  template <class T> std::enable_if_t<std::is_arithmetic_v<T>> write(T value) {
    if constexpr (std::is_integral_v<T>) {
      out += std::to_string(value);
    } else if (std::isnan(value)) {
      out += "NaN";
    } else if (std::isinf(value)) {
      out += value > 0 ? "Infinity" : "-Infinity";
    } else {
      char text[40];
      out.append(text, std::snprintf(text, sizeof text, "%.17g", static_cast<double>(value)));
    }
  }
  template <class T> void write(const std::vector<T> &list) {
    out += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i) out += ',';
      write(static_cast<const T &>(list[i]));
    }
    out += ']';
  }
  template <class T> void write(const std::optional<T> &value) {
    if (value) write(*value);
    else out += "null";
  }
  template <class A, class B> void write(const std::pair<A, B> &both) {
    out += '[';
    write(both.first);
    out += ',';
    write(both.second);
    out += ']';
  }
  template <class M> void object(const M &members) {
    char separator = '{';
    for (const auto &[key, value] : members) {
      out += separator;
      write(key);
      out += ':';
      write(value);
      separator = ',';
    }
    out += members.empty() ? "{}" : "}";
  }
  template <class T> void write(const std::map<std::string, T> &members) { object(members); }
  template <class T> void write(const std::unordered_map<std::string, T> &members) { object(members); }
};

template <class R, class Call, class... A> void serve(Call call, std::tuple<A...> *) {
  std::string text((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
  Reader reader{text.c_str() + text.find("\"arguments\":") + 12};
  reader.take('[', "list");
  [[maybe_unused]] auto argument = [&](auto wanted) {
    if (!reader.goes_on(']')) throw std::invalid_argument("too few arguments");
    return reader.read(wanted);
  };
  std::tuple<A...> values{argument(As<A>())...};
  if (reader.goes_on(']')) throw std::invalid_argument("too many arguments");
  Writer writer;
  if constexpr (std::is_void_v<R>) {
    std::apply(call, values);
    writer.out = "null";
  } else {
    writer.write(static_cast<std::decay_t<R>>(std::apply(call, values)));
  }
  std::cout.flush();
  std::fflush(nullptr);
  for (std::size_t sent = 0; sent < writer.out.size();) {
    signed long count = ::write(3, writer.out.data() + sent, writer.out.size() - sent);
    if (count < 0) throw std::runtime_error("the answer is not taken");
    sent += static_cast<std::size_t>(count);
  }
}

template <class... A> using Values = std::tuple<std::decay_t<A>...> *;

template <class R, class... A> void serve(R (*function)(A...)) {
  serve<R>([=](auto &...values) -> R { return function(static_cast<A &&>(values)...); }, Values<A...>());
}
template <class R, class C, class... A> void serve(R (C::*method)(A...)) {
  serve<R>([=](auto &...values) -> R { return (C().*method)(static_cast<A &&>(values)...); }, Values<A...>());
}
template <class R, class C, class... A> void serve(R (C::*method)(A...) const) {
  serve<R>([=](auto &...values) -> R { return (C().*method)(static_cast<A &&>(values)...); }, Values<A...>());
}

}  // namespace judge_call

int main() {
  judge_call::serve(&JUDGE_FUNCTION);
}
