#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "health/checker_messages.h"

namespace lvsd {

// One end of the pipe between the daemon and a checker: whole frames, in both directions. Neither
// end waits for the other, and neither keeps more for the other than a limit.
class CheckerLink : public std::enable_shared_from_this<CheckerLink> {
 public:
  // Takes a frame's bytes. False: they are not what the other end should say.
  using Take = std::function<bool(std::string_view bytes)>;
  // The pipe is of no use any more: the other end is gone, or says what it should not.
  using Broken = std::function<void(std::string_view why)>;

  // `fd`: a stream socket. `most`: bytes of a frame that is taken.
  CheckerLink(const boost::asio::any_io_executor& executor, UniqueFd fd, std::size_t most);

  void listen(Take take, Broken broken);
  // What is sent in one turn of the loop goes out together.
  void send(std::string_view frame);
  // Goes out with the next one that is sent, or in a tenth of a second: what nobody waits for need
  // not wake the other end each time.
  void send_soon(std::string_view frame);
  // Neither of the two is called after this.
  void close();

 private:
  void await_bytes();
  void take_bytes();
  void flush();
  void end(std::string_view why);

  boost::asio::posix::stream_descriptor socket_;
  FrameReader frames_;
  Take take_;
  Broken broken_;
  std::string unsent_;
  bool flushing_ = false;
  boost::asio::steady_timer patience_;  // of what is sent soon
  bool is_waiting_ = false;
};

}  // namespace lvsd
