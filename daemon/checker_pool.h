#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "daemon/check_runner.h"
#include "daemon/checker_seat.h"

namespace lvsd {

// Has checks run by child processes: `checkers` of them for what goes through sockets, over which
// checks are spread evenly and stay where they are, and one for programs and files, those that
// are no checks included. None is started before there is something for it.
class CheckerPool : public CheckRunner {
 public:
  CheckerPool(boost::asio::any_io_executor executor, CheckerSeat::Calls calls);
  ~CheckerPool() override;

  void set(const ProbeSettings& settings) override;
  void start(CheckId id, const Check& check, const CheckHealth& health,
             const Timing& timing) override;
  void stop(CheckId id) override;
  void hurry(CheckId id) override;
  void run_program(const Script& script, Duration limit, Over over) override;
  std::optional<Time> silent_since() const override;
  KeptProgram keep_program(const Script& script, Over over);
  // By one of those that talk with strangers.
  void post(const Endpoint& server, const MailOrder& order, Duration limit, Posted over);

 private:
  CheckerSeat& seat_of(CheckId id, const Check& check);
  // Null: it does not run.
  CheckerSeat* seat_with(CheckId id);
  void resize(std::size_t count);

  boost::asio::any_io_executor executor_;
  const CheckerSeat::Calls calls_;
  ProbeSettings settings_;
  std::vector<std::unique_ptr<CheckerSeat>> network_;
  std::unique_ptr<CheckerSeat> local_;
};

}  // namespace lvsd
