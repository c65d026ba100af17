#include "health/checker_messages.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "base/printable.h"
#include "health/wire.h"

namespace lvsd {

// Beside the codec's use of them, these are what a stranger's number is held against.
template <>
inline constexpr CheckResult wire::last_of<CheckResult> = CheckResult::process_timeout;
template <>
inline constexpr WeightWish::Kind wire::last_of<WeightWish::Kind> = WeightWish::Kind::percent;
template <>
inline constexpr AdminWish wire::last_of<AdminWish> = AdminWish::maintenance;
template <>
inline constexpr Ended::How wire::last_of<Ended::How> = Ended::How::not_started;
template <>
inline constexpr Start wire::last_of<Start> = Start::adopted_down;
template <>
inline constexpr Family wire::last_of<Family> = Family::v6;
template <>
inline constexpr HttpVersion wire::last_of<HttpVersion> = HttpVersion::v1_1;
template <>
inline constexpr TlsVersion wire::last_of<TlsVersion> = TlsVersion::v1_3;
template <>
inline constexpr DnsType wire::last_of<DnsType> =
    static_cast<DnsType>(0xffff);  // any number is a type

namespace {

using namespace std::chrono_literals;

constexpr std::size_t size_of_size = sizeof(std::uint32_t);
constexpr std::size_t most_text = 4 * 1024;     // characters of an observation's text
constexpr std::size_t most_output = 16 * 1024;  // and of a program's output, escaped
constexpr std::int64_t most_wish = std::int64_t{1} << 32;

template <class Message>
std::string framed(const Message& message) {
  const std::string body = wire::bytes_of(message);
  const auto size = static_cast<std::uint32_t>(body.size());
  std::string out(reinterpret_cast<const char*>(&size), sizeof size);
  return out += body;
}

bool is_printable(std::string_view text, std::size_t most) {
  return text.size() <= most &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

void bound(std::chrono::microseconds& duration) {
  duration = std::clamp<std::chrono::microseconds>(duration, 0us, 24h);
}

// False: nobody of ours says such a thing.
bool is_sound(Observation& seen, Time now) {
  if (!is_printable(seen.text, most_text) || !is_printable(seen.output, most_output)) return false;
  if (seen.weight && (seen.weight->value < -most_wish || seen.weight->value > most_wish))
    return false;
  seen.at = std::clamp(seen.at, now - 1min, now);
  bound(seen.duration);
  for (auto* phase :
       {&seen.phases.resolve, &seen.phases.connect, &seen.phases.tls, &seen.phases.first_byte})
    bound(*phase);
  return true;
}

struct IsSound {
  Time now;
  bool operator()(Hello& hello) const { return is_printable(hello.weakness, most_text); }
  bool operator()(Seen& seen) const { return is_sound(seen.observation, now); }
  bool operator()(Alive&) const { return true; }
  bool operator()(Ran& ran) const {
    return is_printable(ran.outcome.output, most_output) &&
           is_printable(ran.outcome.refusal, most_text);
  }
  bool operator()(Delivered& mail) const { return is_printable(mail.outcome.complaint, most_text); }
};

}  // namespace

Observation sayable(Observation seen) {
  if (!is_printable(seen.text, most_text)) seen.text = printable(seen.text, most_text);
  if (!is_printable(seen.output, most_output)) seen.output = printable(seen.output, most_output);
  return seen;
}

ProgramRun sayable(ProgramRun run) {
  if (!is_printable(run.output, most_output)) run.output = printable(run.output, most_output);
  if (!is_printable(run.refusal, most_text)) run.refusal = printable(run.refusal, most_text);
  return run;
}

MailOutcome sayable(MailOutcome outcome) {
  if (!is_printable(outcome.complaint, most_text))
    outcome.complaint = printable(outcome.complaint, most_text);
  return outcome;
}

std::string frame(const ToChecker& message) {
  return framed(message);
}

std::string frame(const FromChecker& message) {
  return framed(message);
}

std::optional<ToChecker> to_checker(std::string_view bytes) {
  return wire::value_of<ToChecker>(bytes);
}

std::optional<FromChecker> from_checker(std::string_view bytes, Time now) {
  auto message = wire::value_of<FromChecker>(bytes);
  if (message && !std::visit(IsSound{now}, *message)) return std::nullopt;
  return message;
}

std::string packed(const CheckSettings& settings) {
  return wire::bytes_of(settings);
}

std::optional<CheckSettings> unpacked(std::string_view bytes) {
  return wire::value_of<CheckSettings>(bytes);
}

std::optional<std::string_view> FrameReader::next() {
  const std::string_view left = std::string_view(bytes_).substr(begin_);
  if (!broken_ && left.size() >= size_of_size) {
    std::uint32_t size = 0;
    std::memcpy(&size, left.data(), sizeof size);
    broken_ = size > most_;
    if (!broken_ && left.size() - size_of_size >= size) {
      begin_ += size_of_size + size;
      return left.substr(size_of_size, size);
    }
  }
  bytes_.erase(0, begin_);
  begin_ = 0;
  return std::nullopt;
}

}  // namespace lvsd
