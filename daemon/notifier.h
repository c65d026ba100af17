#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/check_runner.h"
#include "daemon/kept_program.h"
#include "daemon/notices.h"
#include "daemon/notify_fifo.h"
#include "daemon/side_thread.h"

namespace lvsd {

// Has notify scripts and the readers of FIFOs run, by whoever runs the programs of checks, and
// writes notify FIFOs: a line at a time, without ever waiting. Scripts
// of one object run one after the other, in the order of what happened; those of different ones
// side by side. A script has `script_limit`, then it is ended. Of an object whose scripts cannot
// keep up the oldest that wait are left out, with a line in the log: the last one always runs.
class Notifier {
 public:
  static constexpr std::size_t most_waiting = 16;
  static constexpr Duration script_limit = std::chrono::seconds(60);

  // REQUIRES: `files` outlives it; so does whoever runs its loop.
  Notifier(boost::asio::any_io_executor strand, SideThread& files, RunProgram run_program,
           KeepProgram keep_program);
  ~Notifier();

  // What the configuration says of FIFOs. Readers of FIFOs that are new are
  // started, those that are gone are ended.
  boost::asio::awaitable<void> set(const GlobalSettings& global);

  void tell(const Notices& notices);

  // When all that was told is done, or at `deadline`.
  boost::asio::awaitable<void> finished(Time deadline);

 private:
  struct Fifo;
  using Waiting = std::deque<Notice>;

  boost::asio::awaitable<void> run_all(std::string object);
  boost::asio::awaitable<void> run(const Notice& notice);
  boost::asio::awaitable<std::shared_ptr<Fifo>> opened(NotifyFifo settings);
  boost::asio::awaitable<void> keep_reader(std::shared_ptr<Fifo> fifo);
  void write(Fifo& fifo, const Notice& notice) const;

  const boost::asio::any_io_executor strand_;
  SideThread& files_;
  const RunProgram run_program_;
  const KeepProgram keep_program_;
  std::vector<std::shared_ptr<Fifo>> fifos_;
  std::map<std::string, Waiting> waiting_;  // by object; who is here has a coroutine
  boost::asio::steady_timer idle_;          // cancelled when nothing waits any more
};

}  // namespace lvsd
