#include "daemon/mailer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>

#include "daemon/die_of.h"
#include "daemon/log.h"
#include "daemon/wall_clock.h"
#include "health/script_check.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Duration between_attempts = 60s;
constexpr Duration look_up_limit = 30s;
constexpr std::size_t most_addresses = 4;  // of one name that are tried

// Waits for a call that comes back once.
template <class Value>
struct Return {
  explicit Return(const asio::any_io_executor& strand) : over(strand, Time::max()) {}
  asio::steady_timer over;  // cancelled when the value is there
  std::optional<Value> value;
};

template <class Value>
auto into(const std::shared_ptr<Return<Value>>& place) {
  return [place](const Value& value) {
    place->value = value;
    place->over.cancel();
  };
}

template <class Value>
asio::awaitable<Value> returned(std::shared_ptr<Return<Value>> place) {
  while (!place->value)
    co_await place->over.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return *place->value;
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return name.data();
}

// Of getent's "10.0.0.2  STREAM mail.example.com", a line each; what comes of a checker has its
// line ends written out (lib/base, printable).
std::vector<Address> listed_addresses(std::string_view output) {
  std::string lines;
  for (std::size_t i = 0; i < output.size(); ++i) {
    const bool is_end = output.substr(i, 2) == "\\n";
    lines += is_end ? '\n' : output[i];
    if (is_end) ++i;
  }
  std::vector<Address> found;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line) && found.size() < most_addresses;) {
    const auto address = parse_address(line.substr(0, line.find(' ')));
    if (address && std::find(found.begin(), found.end(), *address) == found.end())
      found.push_back(*address);
  }
  return found;
}

}  // namespace

Mailer::Mailer(asio::any_io_executor strand, RunProgram run_program, PostMail post)
    : strand_(strand),
      run_program_(std::move(run_program)),
      post_(std::move(post)),
      summary_(strand, Time::max()),
      patience_(strand, Time::max()),
      idle_(strand, Time::max()) {}

void Mailer::set(const GlobalSettings& global) {
  mail_ = global.mail;
  const std::string name = host_name();
  host_ = global.router_id.empty() ? name : global.router_id;
  if (mail_.helo_name.empty()) mail_.helo_name = name;
  if (mail_.from.empty()) mail_.from = "lvsd@" + name;
}

void Mailer::tell(const Letter& letter) {
  if (!is_wanted()) return;
  if (auto single = pace_.admitted(letter, std::chrono::steady_clock::now()))
    send(*std::move(single));
  else
    wait_for_summary();
}

void Mailer::wait_for_summary() {
  summary_.expires_at(pace_.next_moment().value_or(Time::max()));
  summary_.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    if (auto all = pace_.summary(std::chrono::steady_clock::now())) send(*std::move(all));
  });
}

void Mailer::send(Letter letter) {
  if (waiting_.size() >= most_waiting) {
    log(Level::warning,
        fmt::format("The mail '{}' is left out: those before it do not get away",
                    waiting_[1].subject),
        {.kind = EventKind::notifier});
    waiting_.erase(waiting_.begin() + 1);  // the first one is under way
  }
  waiting_.push_back(std::move(letter));
  if (!std::exchange(is_sending_, true)) asio::co_spawn(strand_, send_all(), die_of);
}

asio::awaitable<void> Mailer::send_all() {
  while (!waiting_.empty()) {
    const Letter letter = waiting_.front();
    co_await send_one(letter);
    waiting_.pop_front();
  }
  is_sending_ = false;
  idle_.cancel();
}

asio::awaitable<void> Mailer::send_one(Letter letter) {
  for (int i = 1; is_wanted(); ++i) {
    const MailOutcome outcome = co_await attempt(letter);
    const bool is_over = outcome.delivered || outcome.is_final || is_ending_ || i == most_attempts;
    const std::string_view what = outcome.delivered ? "did not reach everybody"
                                  : is_over         ? "is not delivered"
                                                    : "is tried again in a minute";
    if (!outcome.complaint.empty())
      log(Level::warning,
          fmt::format("The mail '{}' {}: {}", letter.subject, what, outcome.complaint),
          {.kind = EventKind::notifier, .reason = outcome.complaint});
    if (is_over) co_return;
    patience_.expires_after(between_attempts);
    co_await patience_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

asio::awaitable<MailOutcome> Mailer::attempt(const Letter& letter) {
  const Mail mail = mail_;  // a reload may come between
  const MailOrder order{
      .helo_name = mail.helo_name,
      .from = mail.from,
      .to = mail.to,
      .message = message_text({fmt::format("[{}] {}", host_, letter.subject), letter.body},
                              mail.from, mail.to, wall_clock().at)};
  std::vector<Address> found;
  // In a statement of its own: g++ 12 destroys what is awaited within braces twice.
  std::string why = co_await look_up(mail.server, found);
  MailOutcome outcome{.is_final = false, .complaint = std::move(why)};
  for (const Address& address : found) {
    const auto place = std::make_shared<Return<MailOutcome>>(strand_);
    post_({address, mail.port}, order, mail.connect_timeout, into(place));
    outcome = co_await returned(place);
    if (outcome.delivered || outcome.is_final) break;
  }
  co_return outcome;
}

// By the system's program: an answer of DNS is what strangers say, and looking one up may take as
// long as it likes.
asio::awaitable<std::string> Mailer::look_up(const std::string& name, std::vector<Address>& found) {
  if (const auto address = parse_address(name)) {
    found = {*address};
    co_return std::string();
  }
  const auto place = std::make_shared<Return<ProgramRun>>(strand_);
  run_program_({.argv = {"/usr/bin/getent", "ahosts", name}}, look_up_limit, into(place));
  const ProgramRun run = co_await returned(place);
  found = listed_addresses(run.output);
  const std::string why = complaint(run);
  co_return fmt::format("there is no address of '{}'{}{}", name, why.empty() ? "" : ": getent ",
                        why);
}

asio::awaitable<void> Mailer::finished(Time deadline) {
  is_ending_ = true;
  summary_.cancel();
  if (auto all = pace_.summary(std::chrono::steady_clock::now(), true)) send(*std::move(all));
  patience_.cancel();
  idle_.expires_at(deadline);
  while (is_sending_ && std::chrono::steady_clock::now() < deadline)
    co_await idle_.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace lvsd
