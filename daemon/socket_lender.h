#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>

#include "base/unique_fd.h"
#include "daemon/probe_socket.h"

namespace lvsd {

// A firewall mark and a port below 1024 take a capability that checkers do not have. The daemon
// opens such a socket for them and hands it over, not connected.

// Whether a checker cannot open the socket of such a check itself.
bool needs_lending(const CheckTarget& target);

// The daemon's end. Lends nothing but what a check of that checker is configured to have, and one
// socket a turn of the loop.
class SocketLender {
 public:
  // Whether a check of this checker goes out so.
  using MayHave = std::function<bool(const CheckTarget&)>;

  SocketLender(const boost::asio::any_io_executor& executor, UniqueFd fd, MayHave may_have);
  ~SocketLender();
  SocketLender(const SocketLender&) = delete;
  SocketLender& operator=(const SocketLender&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// The checker's end: waits for the answer, for half a second at most. Nothing else goes on
// meanwhile, so this is for the few checks that need it.
OpenSocket borrowed_sockets(UniqueFd fd);

}  // namespace lvsd
