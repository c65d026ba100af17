#include "daemon/checker.h"

#include <sys/prctl.h>
#include <sys/socket.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "daemon/checker_link.h"
#include "daemon/checker_process.h"
#include "daemon/confinement.h"
#include "daemon/die_of.h"
#include "daemon/kept_program.h"
#include "daemon/mail_delivery.h"
#include "daemon/options.h"
#include "daemon/probe_runner.h"
#include "daemon/socket_lender.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

bool is_socket(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
}

// Does what the daemon says.
class Checker {
 public:
  explicit Checker(asio::io_context& loop)
      : loop_(loop),
        link_(std::make_shared<CheckerLink>(loop.get_executor(), UniqueFd(checker_pipe_fd),
                                            most_to_checker)),
        runner_(loop.get_executor(), [this](CheckId id, const Observation& seen, bool repeats) {
          const std::string said = frame(FromChecker(Seen{id, sayable(seen)}));
          repeats ? link_->send_soon(said) : link_->send(said);
        }) {}

  void begin(const std::string& weakness) {
    link_->send(frame(FromChecker(Hello{.weakness = weakness})));
    link_->listen(
        [this](std::string_view bytes) {
          const auto message = to_checker(bytes);
          if (message) std::visit([this](const auto& order) { this->obey(order); }, *message);
          return message.has_value();
        },
        // There is nobody to check for.
        [this](std::string_view) { loop_.stop(); });
  }

 private:
  void obey(const Equip& order) {
    runner_.set(order.settings);
    rules_ = order.settings.scripts;
  }
  void obey(const Begin& order) {
    const auto settings = shared(order.settings);
    if (!settings) return;
    runner_.stop(order.id);
    runner_.start(order.id, Check{.settings = settings, .target = order.target}, order.health,
                  order.timing);
  }
  void obey(const Halt& order) { runner_.stop(order.id); }
  void obey(const Hurry& order) { runner_.hurry(order.id); }
  void obey(const Launch& order) {
    runner_.run_program(order.script, order.limit, [this, run = order.run](const ProgramRun& over) {
      link_->send(frame(FromChecker(Ran{run, sayable(over)})));
    });
  }
  void obey(const Keep& order) {
    kept_[order.run] = kept_program(loop_.get_executor(), order.script, rules_,
                                    [this, run = order.run](const ProgramRun& end) {
                                      link_->send(frame(FromChecker(Ran{run, sayable(end)})));
                                      kept_.erase(run);
                                    });
  }
  void obey(const Quit& order) { kept_.erase(order.run); }
  void obey(const Post& order) {
    const auto send = [link = link_, order]() -> asio::awaitable<void> {
      MailOutcome outcome = co_await delivered(order.server, order.order, order.limit);
      link->send(frame(FromChecker(Delivered{order.mail, sayable(std::move(outcome))})));
    };
    asio::co_spawn(loop_, send, die_of);
  }
  void obey(const Ask& order) { link_->send(frame(FromChecker(Alive{order.round}))); }

  // Ten thousand servers that are checked alike share what is said of it.
  std::shared_ptr<const CheckSettings> shared(const std::string& bytes) {
    auto& known = settings_[bytes];
    if (auto settings = known.lock()) return settings;
    auto settings = unpacked(bytes);
    if (!settings) return nullptr;
    auto made = std::make_shared<const CheckSettings>(*std::move(settings));
    known = made;
    if (settings_.size() > sweep_at_) {
      std::erase_if(settings_, [](const auto& entry) { return entry.second.expired(); });
      sweep_at_ = 2 * settings_.size() + 1024;
    }
    return made;
  }

  asio::io_context& loop_;
  std::shared_ptr<CheckerLink> link_;
  ProbeRunner runner_;
  ScriptRules rules_;
  std::map<std::uint32_t, KeptProgram> kept_;
  std::map<std::string, std::weak_ptr<const CheckSettings>> settings_;
  std::size_t sweep_at_ = 1024;  // when what is not used any more is looked for
};

}  // namespace

int run_checker(std::string_view role) {
  const bool local = role == text(CheckerRole::local);
  if ((!local && role != text(CheckerRole::network)) || !is_socket(checker_pipe_fd) ||
      !is_socket(checker_lender_fd)) {
    std::fputs("lvsd-checker is for lvsd, which starts its checkers itself\n", stderr);
    return exit_usage;
  }
  ::prctl(PR_SET_NAME, local ? "lvsd-local" : "lvsd-check", 0, 0, 0);
  // Told to stop with all of a unit, it waits for the daemon, which would miss it.
  for (const int signal : {SIGPIPE, SIGTERM, SIGINT, SIGHUP})
    std::signal(signal, SIG_IGN);
  const std::string weakness = confine(local ? CheckerRole::local : CheckerRole::network);
  set_socket_lender(borrowed_sockets(UniqueFd(checker_lender_fd)));
  asio::io_context loop(1);
  Checker checker(loop);
  checker.begin(weakness);
  loop.run();
  return exit_done;
}

}  // namespace lvsd
