#include "health/script_check.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

#include "base/printable.h"

namespace lvsd {

namespace {

std::string first_line(std::string_view output) {
  return printable(output.substr(0, output.find('\n')));
}

Judgement judged(const MiscCheck& check, const Ended& ended, std::string_view output) {
  switch (ended.how) {
    case Ended::How::exited: {
      const bool passed = ended.value == 0 || (check.dynamic && ended.value >= 2);
      return {passed ? CheckResult::process_ok : CheckResult::process_error, ended.value,
              first_line(output)};
    }
    case Ended::How::killed:
      return {CheckResult::process_error, ended.value,
              "killed by signal " + std::to_string(ended.value)};
    case Ended::How::timed_out:
      return {CheckResult::process_timeout, 0, first_line(output)};
    case Ended::How::not_started:
      break;
  }
  return {CheckResult::process_error, ended.value,
          "not started: " + std::string(std::strerror(ended.value))};
}

// C's base detection, as keepalived reads it: 0x… is hexadecimal, 0… octal. What is no number, or
// too large for one, counts as 0.
std::int64_t number_in(std::string_view content) {
  const std::size_t begin = content.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return 0;
  content.remove_prefix(begin);
  const bool negative = content.starts_with('-');
  if (negative || content.starts_with('+')) content.remove_prefix(1);
  int base = 10;
  if (content.starts_with("0x") || content.starts_with("0X")) {
    base = 16;
    content.remove_prefix(2);
  } else if (content.size() > 1 && content[0] == '0') {
    base = 8;
  }
  std::uint32_t value = 0;
  std::from_chars(content.data(), content.data() + content.size(), value, base);
  return negative ? -std::int64_t{value} : std::int64_t{value};
}

}  // namespace

std::string complaint(const ProgramRun& run) {
  if (!run.refusal.empty()) return "is not run: " + run.refusal;
  const std::string what = run.output.empty() ? "" : ": " + printable(run.output, 200);
  switch (run.ended.how) {
    case Ended::How::exited:
      if (run.ended.value == 0) return {};
      return "failed, exit code " + std::to_string(run.ended.value) + what;
    case Ended::How::killed:
      return "failed, ended by signal " + std::to_string(run.ended.value) + what;
    case Ended::How::timed_out:
      return "failed, took too long and was ended" + what;
    case Ended::How::not_started:
      break;
  }
  return "failed, cannot be run: " + std::string(std::strerror(run.ended.value));
}

ScriptWord script_word(const MiscCheck& check, const Ended& ended, std::string_view output) {
  ScriptWord out{judged(check, ended, output), std::nullopt};
  if (!check.dynamic) return out;
  out.weight = WeightWish{};
  if (ended.how == Ended::How::exited && ended.value >= 2)
    out.weight = WeightWish{WeightWish::Kind::set, ended.value - 2};
  return out;
}

ScriptWord file_word(const FileCheck& check, std::string_view content) {
  const std::int64_t number = number_in(content);
  const auto says = [number](CheckResult result) {
    return Judgement{result, 0, "the file says " + std::to_string(number)};
  };
  if (check.weight == 0) {
    const bool passed = check.reverse ? number != 0 : number == 0;
    return {says(passed ? CheckResult::process_ok : CheckResult::process_error), WeightWish{}};
  }
  // 2^32 times 2^31 fits.
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  const std::int64_t value = std::min(number * check.weight * (check.reverse ? -1 : 1), most);
  if (value < -most) return {says(CheckResult::process_error), WeightWish{}};
  return {says(CheckResult::process_ok), WeightWish{WeightWish::Kind::add, value}};
}

}  // namespace lvsd
