#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "health/schedule.h"
#include "health/script_check.h"
#include "health/smtp_delivery.h"
#include "model/check.h"
#include "model/check_id.h"
#include "model/health.h"
#include "model/probe_settings.h"

// What the daemon and a process that checks for it say to each other. Each message is a frame: its
// size in four bytes, then its bytes. The daemon believes nothing that comes back: the process
// reads what strangers send, and may have been taken over by one.

namespace lvsd {

// Both ends are one binary, so they differ only if something is badly wrong. Said in the first
// frame of a checker.
constexpr std::uint32_t checker_protocol = 2;

// ---- to a checker

struct Equip {  // holds for every run from now on
  ProbeSettings settings;
};
struct Begin {
  CheckId id = 0;
  std::string settings;  // packed(CheckSettings): the same bytes are the same settings
  CheckTarget target;
  CheckHealth health;
  Timing timing;
};
struct Halt {
  CheckId id = 0;
};
struct Hurry {  // the check runs now
  CheckId id = 0;
};
struct Ask {  // to be answered: are you alive
  std::uint32_t round = 0;
};
struct Launch {  // a program runs once, beside the checks; to be answered by Ran
  std::uint32_t run = 0;
  Script script;
  Duration limit{};  // then it is ended
};
struct Post {  // a mail, beside the checks; to be answered by Delivered
  std::uint32_t mail = 0;
  Endpoint server;
  Duration limit{};  // then it is given up
  MailOrder order;
};
struct Keep {  // a program runs until Quit, or its own end; that is answered by Ran
  std::uint32_t run = 0;
  Script script;
};
struct Quit {
  std::uint32_t run = 0;
};
using ToChecker = std::variant<Equip, Begin, Halt, Hurry, Ask, Launch, Post, Keep, Quit>;

// ---- from a checker

struct Hello {
  std::uint32_t protocol = checker_protocol;
  std::string weakness;  // what of its powers it could not drop; empty: all is well
};
struct Seen {
  CheckId id = 0;
  Observation observation;
};
struct Alive {
  std::uint32_t round = 0;
};
struct Ran {
  std::uint32_t run = 0;
  ProgramRun outcome;
};
struct Delivered {
  std::uint32_t mail = 0;
  MailOutcome outcome;
};
using FromChecker = std::variant<Hello, Seen, Alive, Ran, Delivered>;

// The longest frames either end takes.
constexpr std::size_t most_to_checker = 16 * 1024 * 1024;
constexpr std::size_t most_from_checker = 64 * 1024;

// The result as a checker may say it: where its texts are more than printable ASCII, or too long,
// it has them so. (Most come so; one that quotes a path of the file may not.)
Observation sayable(Observation seen);
ProgramRun sayable(ProgramRun run);
MailOutcome sayable(MailOutcome outcome);

// A whole frame.
std::string frame(const ToChecker& message);
std::string frame(const FromChecker& message);

// The message in a frame's bytes, without the size in front; nothing: it is none.
std::optional<ToChecker> to_checker(std::string_view bytes);
// As the daemon takes it: `now` bounds the time that is said, and all texts are printable and
// short.
std::optional<FromChecker> from_checker(std::string_view bytes, Time now);

std::string packed(const CheckSettings& settings);
std::optional<CheckSettings> unpacked(std::string_view bytes);

// Cuts a stream into frames.
class FrameReader {
 public:
  explicit FrameReader(std::size_t most) : most_(most) {}

  void add(std::string_view bytes) { bytes_ += bytes; }
  // The next frame's bytes, valid until the next call of either; nothing: it is not all there.
  std::optional<std::string_view> next();
  // A frame is longer than the limit; no more will come.
  bool is_broken() const { return broken_; }

 private:
  std::size_t most_;
  std::string bytes_;
  std::size_t begin_ = 0;  // of the next frame
  bool broken_ = false;
};

}  // namespace lvsd
