// The runner of tests in Catch2 (version 2). The program's main function is this one; Catch2's own has another name, and
// is called with the one test that is wanted.
#include "test_key.h"

#include <cstdio>
#include <iostream>
#include <string>
#include <utility>

namespace {

struct Heard {
  std::string failures;
  unsigned long passed = 0, failed = 0, tests = 0, tests_passed = 0;
};
Heard heard;

struct Listener : Catch::TestEventListenerBase {
  using TestEventListenerBase::TestEventListenerBase;
  bool assertionEnded(Catch::AssertionStats const &stats) override {
    auto const &result = stats.assertionResult;
    if (!result.isOk() && heard.failures.size() < 4096) {
      auto const &place = result.getSourceInfo();
      heard.failures += std::string(place.file) + ":" + std::to_string(place.line) + ": " + result.getExpressionInMacro();
      if (result.hasExpandedExpression()) heard.failures += "\n  with expansion: " + result.getExpandedExpression();
      if (result.hasMessage()) heard.failures += "\n  " + std::string(result.getMessage());
      heard.failures += "\n";
    }
    return true;
  }
  void testCaseEnded(Catch::TestCaseStats const &stats) override {
    heard.tests += 1;
    heard.tests_passed += stats.totals.testCases.passed;
    heard.passed += stats.totals.assertions.passed;
    heard.failed += stats.totals.assertions.failed;
  }
};
CATCH_REGISTER_LISTENER(Listener)

std::string escaped(std::string const &name) {
  std::string out;
  for (char c : name) {
    if (c == '\\' || c == ',' || c == '[' || c == '*' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

extern "C" int judge_catch_main(int count, char **words);

extern "C" int judge_main() {
  std::string name = escaped(wanted_test);
  char *wanted[] = {const_cast<char *>("prog"), &name[0], const_cast<char *>("-o"), const_cast<char *>("/dev/null"), nullptr};
  int code = judge_catch_main(4, wanted);
  std::cout.flush();
  std::fflush(nullptr);
  bool passed = code == 0 && heard.tests == 1 && heard.tests_passed == 1 && heard.failed == 0 && heard.passed > 0;
  if (passed) say("passed", heard.passed, "", 0);
  std::string text = heard.tests != 1    ? "the runner found no such test\n"
                     : heard.passed == 0 && heard.failures.empty() ? "nothing was asserted\n"
                                         : std::move(heard.failures);
  say("failed", heard.passed, text.data(), text.size());
}
