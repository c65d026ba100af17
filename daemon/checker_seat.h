#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/container/flat_set.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "daemon/check_runner.h"
#include "daemon/checker_process.h"
#include "daemon/kept_program.h"
#include "daemon/mailer.h"
#include "health/checker_messages.h"

namespace lvsd {

// The place of one checking process: its checks, and whoever sits there now. One that dies, stops
// answering, or says what no checker of ours would say, is ended and followed by the next, which
// goes on with the same checks where their times have them. No result is made up meanwhile, so no
// server's state changes by it.
class CheckerSeat {
 public:
  struct Calls {
    CheckRunner::Report report;
    // A check that goes on; it is not kept here.
    std::function<RunningCheck(CheckId)> known;
    LaunchChecker launch;
  };

  // REQUIRES: `calls` outlives it.
  CheckerSeat(boost::asio::any_io_executor executor, CheckerRole role, std::string name,
              const Calls& calls);
  // Ends the process.
  ~CheckerSeat();
  CheckerSeat(const CheckerSeat&) = delete;
  CheckerSeat& operator=(const CheckerSeat&) = delete;

  void equip(const ProbeSettings& settings);

  // The first one brings the process to life.
  void begin(CheckId id, const RunningCheck& check);
  // REQUIRES: it has begun here.
  void end(CheckId id);
  bool has(CheckId id) const { return checks_.contains(id); }
  const auto& checks() const { return checks_; }
  void hurry(CheckId id);
  // The first one brings the process to life, too. A program is run once: where the process is lost
  // while it has it, nobody knows how it ends.
  void run_program(const Script& script, Duration limit, Over over);
  // Likewise; a process that is lost with one has ended it.
  KeptProgram keep_program(const Script& script, Over over);
  void post(const Endpoint& server, const MailOrder& order, Duration limit, Posted over);

  // Since when there are checks and no process that has said a word; nothing while there is one.
  std::optional<Time> silent_since() const;

 private:
  struct Life;
  struct ProgramTask {
    Script script;
    Duration limit;
    Over over;
    bool is_kept = false;  // without a limit
  };

  struct MailTask {
    Post order;
    Posted over;
  };

  void launch();
  void revive_after(std::string_view why);
  void lose(std::string_view why);
  void send_begin(CheckId id, const RunningCheck& check);
  void send_launch(std::uint32_t run, const ProgramTask& task);
  void quit_program(std::uint32_t run);
  void give_up_programs(std::string_view why);
  void give_up_mails(std::string_view why);
  bool take(std::string_view bytes);
  bool take(const Hello& hello);
  bool take(const Seen& seen);
  bool take(const Alive& alive);
  bool take(const Ran& ran);
  bool take(const Delivered& mail);
  bool may_have(const CheckTarget& target) const { return lent_.contains(target); }
  void beat();

  boost::asio::any_io_executor executor_;
  const CheckerRole role_;
  const std::string name_;  // for the log: "Checker 2"
  const Calls& calls_;
  ProbeSettings settings_;
  boost::container::flat_set<CheckId> checks_;
  std::map<std::uint32_t, ProgramTask> programs_;
  std::uint32_t last_program_ = 0;
  std::set<std::uint32_t> quit_;  // programs that were told to end: one may have ended by itself
  std::map<std::uint32_t, MailTask> mails_;
  std::uint32_t last_mail_ = 0;
  // What of the checks a checker cannot open itself.
  std::multiset<CheckTarget> lent_;
  std::map<CheckId, std::multiset<CheckTarget>::const_iterator> lent_to_;
  std::shared_ptr<Life> life_;  // null: nobody sits here
  boost::asio::steady_timer revival_;
  unsigned early_deaths_ = 0;         // in a row
  bool wanted_ = false;               // there has been something to run
  std::optional<Time> vacant_since_;  // absent: who sits here has greeted
  // Gone with this; what waits holds it weakly.
  std::shared_ptr<CheckerSeat*> self_ = std::make_shared<CheckerSeat*>(this);
};

}  // namespace lvsd
