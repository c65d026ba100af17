#include "daemon/checker_seat.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <optional>
#include <utility>
#include <variant>

#include "daemon/checker_link.h"
#include "daemon/log.h"
#include "daemon/socket_lender.h"
#include "health/checker_messages.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// Asked this often; who has not answered two times in a row is found after 2.7 s at the latest.
// Counted in beats and not by the clock, so that a daemon that was held up itself does not take it
// for its checkers' silence.
constexpr auto heartbeat = 900ms;
constexpr int most_missed = 2;
// Before it has said its first word: a start takes what the machine has for it.
constexpr int most_missed_at_birth = 10;

// Who lives that long has not died of how it was started.
constexpr auto full_life = 60s;
constexpr auto shortest_pause = 100ms;
constexpr std::chrono::milliseconds longest_pause = 30s;

std::chrono::milliseconds pause_after(unsigned early_deaths) {
  if (early_deaths == 0) return 0ms;
  return std::min(longest_pause, shortest_pause * (1 << std::min(early_deaths - 1, 10U)));
}

// What a checker may say between two beats: far more than any does, far less than would hold us up.
std::size_t most_messages(std::size_t checks) {
  return 2000 + 100 * checks;
}

}  // namespace

// One process in the seat.
struct CheckerSeat::Life {
  Life(const asio::any_io_executor& executor, LaunchedChecker launched)
      : pid(launched.pid),
        process(std::move(launched.process)),
        link(std::make_shared<CheckerLink>(executor, std::move(launched.pipe), most_from_checker)),
        pulse(executor) {}

  pid_t pid;
  UniqueFd process;
  std::shared_ptr<CheckerLink> link;
  std::optional<SocketLender> lender;
  asio::steady_timer pulse;
  Time born = std::chrono::steady_clock::now();
  std::uint32_t round = 0;
  bool greeted = false;
  bool answered = true;
  int missed = 0;
  std::size_t messages = 0;  // since the last beat
};

CheckerSeat::CheckerSeat(asio::any_io_executor executor, CheckerRole role, std::string name,
                         const Calls& calls)
    : executor_(std::move(executor)),
      role_(role),
      name_(std::move(name)),
      calls_(calls),
      revival_(executor_) {}

CheckerSeat::~CheckerSeat() {
  give_up_mails("there are other checkers now");
  if (!life_) return;
  life_->link->close();
  life_->pulse.cancel();
  end_checker(executor_, life_->pid, std::move(life_->process), [](std::string_view) {});
}

void CheckerSeat::equip(const ProbeSettings& settings) {
  if (settings == settings_) return;
  settings_ = settings;
  if (life_) life_->link->send(frame(ToChecker(Equip{settings_})));
}

void CheckerSeat::begin(CheckId id, const RunningCheck& check) {
  [[maybe_unused]] const bool is_new = checks_.insert(id).second;
  assert(is_new);
  const CheckTarget& target = check.check.target;
  if (needs_lending(target)) lent_to_.emplace(id, lent_.insert(target));
  if (life_) return send_begin(id, check);
  if (!std::exchange(wanted_, true)) launch();
}

void CheckerSeat::end(CheckId id) {
  checks_.erase(id);
  if (const auto lent = lent_to_.extract(id)) lent_.erase(lent.mapped());
  if (life_) life_->link->send(frame(ToChecker(Halt{id})));
}

void CheckerSeat::hurry(CheckId id) {
  if (life_) life_->link->send(frame(ToChecker(Hurry{id})));
}

void CheckerSeat::run_program(const Script& script, Duration limit, Over over) {
  const std::uint32_t run = ++last_program_;
  const ProgramTask& task =
      programs_.emplace(run, ProgramTask{script, limit, std::move(over)}).first->second;
  if (life_) return send_launch(run, task);
  if (!std::exchange(wanted_, true)) launch();
}

KeptProgram CheckerSeat::keep_program(const Script& script, Over over) {
  const std::uint32_t run = ++last_program_;
  const ProgramTask& task =
      programs_.emplace(run, ProgramTask{script, {}, std::move(over), true}).first->second;
  if (life_)
    send_launch(run, task);
  else if (!std::exchange(wanted_, true))
    launch();
  const auto quit = [run, seat = std::weak_ptr(self_)](void*) {
    if (const auto self = seat.lock()) (*self)->quit_program(run);
  };
  return {static_cast<void*>(self_.get()), quit};
}

void CheckerSeat::quit_program(std::uint32_t run) {
  if (programs_.erase(run) == 0 || !life_) return;
  quit_.insert(run);
  life_->link->send(frame(ToChecker(Quit{run})));
}

void CheckerSeat::send_launch(std::uint32_t run, const ProgramTask& task) {
  if (task.is_kept) return life_->link->send(frame(ToChecker(Keep{run, task.script})));
  life_->link->send(
      frame(ToChecker(Launch{.run = run, .script = task.script, .limit = task.limit})));
}

void CheckerSeat::post(const Endpoint& server, const MailOrder& order, Duration limit,
                       Posted over) {
  const std::uint32_t mail = ++last_mail_;
  const Post message{.mail = mail, .server = server, .limit = limit, .order = order};
  mails_.emplace(mail, MailTask{message, std::move(over)});
  if (life_) return life_->link->send(frame(ToChecker(message)));
  if (!std::exchange(wanted_, true)) launch();
}

// One that was lost in the middle may have been handed over: twice is better than never.
void CheckerSeat::give_up_mails(std::string_view why) {
  const MailOutcome unknown{.is_final = false,
                            .complaint = fmt::format("the process that had it is lost: {}", why)};
  for (auto& [mail, task] : std::exchange(mails_, {}))
    task.over(unknown);
}

// Those that the lost process may have begun.
void CheckerSeat::give_up_programs(std::string_view why) {
  const ProgramRun unknown{.ended = {},
                           .output = {},
                           .refusal = fmt::format("the process that had it is lost: {}", why)};
  for (auto& [run, task] : std::exchange(programs_, {}))
    task.over(unknown);
}

void CheckerSeat::send_begin(CheckId id, const RunningCheck& check) {
  life_->link->send(frame(ToChecker(Begin{.id = id,
                                          .settings = packed(*check.check.settings),
                                          .target = check.check.target,
                                          .health = check.health,
                                          .timing = check.timing})));
}

std::optional<Time> CheckerSeat::silent_since() const {
  return checks_.empty() ? std::nullopt : vacant_since_;
}

void CheckerSeat::launch() {
  if (!vacant_since_) vacant_since_ = std::chrono::steady_clock::now();
  auto launched = calls_.launch(role_, settings_.checker);
  if (!launched) {
    log(Level::error, fmt::format("{}: {}", name_, text(launched.error())),
        {.kind = EventKind::checker});
    ++early_deaths_;
    return revive_after("could not be started");
  }
  UniqueFd lender = std::move(launched->lender);
  life_ = std::make_shared<Life>(executor_, std::move(*launched));
  life_->lender.emplace(executor_, std::move(lender),
                        [this](const CheckTarget& target) { return may_have(target); });
  life_->link->listen([this](std::string_view bytes) { return take(bytes); },
                      [this](std::string_view why) { lose(why); });
  life_->link->send(frame(ToChecker(Equip{settings_})));
  const Time now = std::chrono::steady_clock::now();
  for (const CheckId id : checks_)
    send_begin(id, resumed(calls_.known(id), now));
  for (const auto& [run, task] : programs_)
    send_launch(run, task);
  for (const auto& [mail, task] : mails_)
    life_->link->send(frame(ToChecker(task.order)));
  beat();
}

void CheckerSeat::revive_after(std::string_view why) {
  const auto pause = pause_after(early_deaths_ == 0 ? 0 : early_deaths_ - 1);
  log(Level::warning,
      fmt::format("{} {}; its {} checks go on in a new one{}", name_, why, checks_.size(),
                  pause == 0ms ? std::string() : fmt::format(" in {}", pause)),
      {.kind = EventKind::checker, .reason = std::string(why)});
  revival_.expires_after(pause);
  revival_.async_wait([seat = std::weak_ptr(self_)](const boost::system::error_code& cancelled) {
    const auto self = seat.lock();
    if (!cancelled && self) (*self)->launch();
  });
}

// The process is of no use any more, whatever it still does.
void CheckerSeat::lose(std::string_view why) {
  const auto lost = std::exchange(life_, nullptr);
  lost->link->close();
  lost->pulse.cancel();
  lost->lender.reset();
  quit_.clear();
  const bool early = std::chrono::steady_clock::now() - lost->born < full_life;
  early_deaths_ = early ? early_deaths_ + 1 : 0;
  if (!vacant_since_) vacant_since_ = std::chrono::steady_clock::now();
  end_checker(executor_, lost->pid, std::move(lost->process),
              [name = name_, pid = lost->pid](std::string_view how) {
                log(Level::info, fmt::format("{}, process {}, {}", name, pid, how));
              });
  // One that has not greeted has not read what to do.
  if (lost->greeted) {
    give_up_programs(why);
    give_up_mails(why);
  }
  revive_after(fmt::format("(process {}) is lost: {}", lost->pid, why));
}

bool CheckerSeat::take(std::string_view bytes) {
  if (++life_->messages > most_messages(checks_.size())) return false;
  const auto message = from_checker(bytes, std::chrono::steady_clock::now());
  return message && std::visit([this](const auto& said) { return this->take(said); }, *message);
}

bool CheckerSeat::take(const Hello& hello) {
  if (!hello.weakness.empty())
    log(Level::warning, fmt::format("{} has more power than it should: {}", name_, hello.weakness),
        {.kind = EventKind::checker, .reason = hello.weakness});
  if (hello.protocol != checker_protocol) return false;
  life_->greeted = true;
  vacant_since_.reset();
  return true;
}

bool CheckerSeat::take(const Alive&) {
  life_->answered = true;
  return true;
}

// A check that was stopped meanwhile may still report once.
bool CheckerSeat::take(const Seen& seen) {
  if (checks_.contains(seen.id)) calls_.report(seen.id, seen.observation);
  return true;
}

bool CheckerSeat::take(const Ran& ran) {
  const auto found = programs_.find(ran.run);
  if (found == programs_.end()) return quit_.erase(ran.run) != 0;  // else it was not asked for
  const Over over = std::move(found->second.over);
  programs_.erase(found);
  over(ran.outcome);
  return true;
}

bool CheckerSeat::take(const Delivered& mail) {
  const auto found = mails_.find(mail.mail);
  if (found == mails_.end()) return false;  // as above
  const Posted over = std::move(found->second.over);
  mails_.erase(found);
  over(mail.outcome);
  return true;
}

void CheckerSeat::beat() {
  Life& life = *life_;
  life.missed = life.answered ? 0 : life.missed + 1;
  if (life.missed >= (life.greeted ? most_missed : most_missed_at_birth))
    return lose("it does not answer");
  life.answered = false;
  life.messages = 0;
  life.link->send(frame(ToChecker(Ask{++life.round})));
  life.pulse.expires_after(heartbeat);
  life.pulse.async_wait([this, of = std::weak_ptr(life_)](const auto& cancelled) {
    // Null when the seat is gone or another sits in it.
    if (!cancelled && of.lock()) beat();
  });
}

}  // namespace lvsd
