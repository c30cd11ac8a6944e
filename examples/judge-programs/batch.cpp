// A judge program in C++: every test is run and compared. The protocol: docs/reference/judge-program-protocol.md.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

const int CALL_FD = 3;

// JSON, as much of it as answers have.
struct Value {
  std::string text;  // of strings, numbers and literals
  std::vector<Value> items;
  std::map<std::string, Value> fields;
  const Value &operator[](const std::string &name) const {
    static const Value nothing;
    auto found = fields.find(name);
    return found == fields.end() ? nothing : found->second;
  }
  long long number() const { return text.empty() ? 0 : std::atoll(text.c_str()); }
};

struct Parser {
  const std::string &json;
  size_t at = 0;

  bool skip(char letter) {
    while (json[at] == ' ' || json[at] == ',' || json[at] == ':') at++;
    if (json[at] != letter) return false;
    at++;
    return true;
  }
  static void utf8(std::string &out, unsigned code) {
    if (code < 0x80) {
      out += char(code);
    } else if (code < 0x800) {
      out += {char(0xC0 | code >> 6), char(0x80 | (code & 63))};
    } else {
      out += {char(0xE0 | code >> 12), char(0x80 | (code >> 6 & 63)), char(0x80 | (code & 63))};
    }
  }
  std::string word() {
    std::string out;
    while (json[at] != '"') {
      if (json[at] != '\\') {
        out += json[at++];
        continue;
      }
      char letter = json[at + 1];
      at += 2;
      if (letter == 'u') {
        utf8(out, unsigned(std::stoul(json.substr(at, 4), nullptr, 16)));
        at += 4;
      } else {
        std::string from = "bfnrt", to = "\b\f\n\r\t";
        size_t place = from.find(letter);
        out += place == std::string::npos ? letter : to[place];
      }
    }
    at++;
    return out;
  }
  Value value() {
    Value found;
    if (skip('{')) {
      while (!skip('}')) {
        skip('"');
        std::string name = word();
        found.fields[name] = value();
      }
    } else if (skip('[')) {
      while (!skip(']')) found.items.push_back(value());
    } else if (skip('"')) {
      found.text = word();
    } else {
      size_t end = json.find_first_of(",]}", at);
      found.text = json.substr(at, end - at);
      at = end;
    }
    return found;
  }
};

std::string quoted(const std::string &text) {
  std::string out = "\"";
  for (unsigned char letter : text) {
    if (letter == '"' || letter == '\\') out += '\\';
    if (letter < 32) {
      const char *digits = "0123456789abcdef";
      out += std::string("\\u00") + digits[letter >> 4] + digits[letter & 15];
    } else {
      out += char(letter);
    }
  }
  return out + '"';
}

std::string read_exactly(size_t size) {
  std::string data(size, '\0');
  for (size_t at = 0; at < size;) {
    ssize_t count = read(CALL_FD, &data[at], size - at);
    if (count <= 0) _exit(1);  // the director is gone
    at += size_t(count);
  }
  return data;
}

std::string little_endian(uint32_t number) {
  return {char(number), char(number >> 8), char(number >> 16), char(number >> 24)};
}

uint32_t number_of(const std::string &bytes) {
  uint32_t number = 0;
  for (int place = 3; place >= 0; place--) number = number << 8 | uint8_t(bytes[size_t(place)]);
  return number;
}

// A call without an answer: `fields` is the inside of a JSON object. No payload: all bytes stay with the director.
void tell(const std::string &call, const std::string &fields) {
  std::string text = "{\"call\":" + quoted(call) + (fields.empty() ? "" : ",") + fields + "}";
  std::string frame = little_endian(uint32_t(text.size())) + little_endian(0) + text;
  for (size_t at = 0; at < frame.size();) {
    ssize_t count = write(CALL_FD, &frame[at], frame.size() - at);
    if (count <= 0) _exit(1);
    at += size_t(count);
  }
}

// A call with an answer.
Value ask(const std::string &call, const std::string &fields) {
  tell(call, fields);
  uint32_t json_bytes = number_of(read_exactly(4)), payload_bytes = number_of(read_exactly(4));
  std::string json = read_exactly(json_bytes);
  read_exactly(payload_bytes);
  Value answer = Parser{json}.value();
  if (answer["answer"].text == "refused") throw std::runtime_error(answer["message"].text);
  return answer;
}

std::string handle(const Value &data) { return "{\"handle\":" + data["handle"].text + "}"; }

void judge() {
  Value inputs = ask("begin", "\"version\":1");
  Value program = ask("compile", "\"submission\":0");
  if (!program["program"].number()) {
    ask("finish", "\"verdict\":\"CE\",\"feedback\":" + quoted(program["log"].text));
    return;
  }
  size_t good = 0;
  const std::vector<Value> &tests = inputs["tests"].items;
  for (const Value &test : tests) {
    Value ran = ask("run", "\"program\":" + program["program"].text + ",\"stdin\":" + handle(test["input"]));
    std::string verdict = ran["run"]["verdict"].text;
    if (verdict.empty()) {
      Value same = ask("compare", "\"answer_data\":" + handle(test["answer"]) + ",\"output\":" + handle(ran["stdout"]));
      verdict = same["same"].text == "true" ? "AC" : "WA";
    }
    good += verdict == "AC";
    tell("case", "\"name\":" + quoted(test["name"].text) + ",\"verdict\":" + quoted(verdict) +
                     ",\"run\":" + ran["run"]["number"].text);
  }
  ask("finish", std::string("\"verdict\":") + (good == tests.size() ? "\"AC\"" : "\"WA\"") +
                    ",\"score\":" + std::to_string(good));
}

int main() {
  try {
    judge();
  } catch (const std::exception &error) {
    ask("fail", "\"message\":" + quoted(error.what()));
  }
}
