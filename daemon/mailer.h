#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "daemon/check_runner.h"
#include "health/mail_pace.h"
#include "health/smtp_delivery.h"
#include "model/address.h"
#include "model/global.h"

namespace lvsd {

// Hands a mail to a server, within `limit`, and says what came of it. `over` is called once, later.
using Posted = std::function<void(const MailOutcome&)>;
using PostMail = std::function<void(const Endpoint& server, const MailOrder& order, Duration limit,
                                    Posted over)>;

// Mails letters (`notification_email`, `smtp_server`), one after the other. What talks with the
// mail server, and the program that looks its name up, run in checkers, which have no power here;
// neither holds anything else up. A server that is not there is tried three times, a minute apart.
class Mailer {
 public:
  static constexpr std::size_t most_waiting = 50;  // letters; then the oldest are left out
  static constexpr int most_attempts = 3;

  Mailer(boost::asio::any_io_executor strand, RunProgram run_program, PostMail post);

  void set(const GlobalSettings& global);
  void tell(const Letter& letter);

  // When all that was told has been sent, or given up, or at `deadline`.
  boost::asio::awaitable<void> finished(Time deadline);

 private:
  bool is_wanted() const { return !mail_.server.empty() && !mail_.to.empty(); }
  void send(Letter letter);
  void wait_for_summary();
  boost::asio::awaitable<void> send_all();
  boost::asio::awaitable<void> send_one(Letter letter);
  boost::asio::awaitable<MailOutcome> attempt(const Letter& letter);
  // Why there are none, if there are none.
  boost::asio::awaitable<std::string> look_up(const std::string& name, std::vector<Address>& found);

  const boost::asio::any_io_executor strand_;
  const RunProgram run_program_;
  const PostMail post_;
  Mail mail_;
  std::string host_;  // what this host is called in mails
  MailPace pace_;
  std::deque<Letter> waiting_;
  bool is_sending_ = false;
  bool is_ending_ = false;              // nothing is tried again
  boost::asio::steady_timer summary_;   // when that is due
  boost::asio::steady_timer patience_;  // between two attempts
  boost::asio::steady_timer idle_;      // cancelled when nothing waits any more
};

}  // namespace lvsd
