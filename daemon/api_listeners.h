#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/web_rules.h"
#include "daemon/api_server.h"
#include "model/address.h"

namespace lvsd {

// The API's listeners on TCP, as the configuration in force wishes for them. One that cannot be
// opened (its port is taken, its address is not here yet) is said once and tried again; nothing
// else waits for it.
class ApiListeners {
 public:
  using Say = std::function<void(bool is_trouble, std::string_view line)>;

  ApiListeners(boost::asio::io_context& loop, ApiAnswer answer, ApiReport report, Say say);

  // Opens those that are new, closes those that are gone after what is under way there, and leaves
  // all others and who is connected to them as they are. `rules` hold for all from now on.
  void set(const std::vector<Endpoint>& endpoints, const api::WebRules& rules);

  // Closes all of them at once.
  void stop();

  // Of those that are not open: why.
  std::vector<std::string> troubles() const;

 private:
  void open_missing();
  boost::asio::awaitable<void> try_again();

  boost::asio::io_context& loop_;
  ApiAnswer answer_;
  ApiReport report_;
  Say say_;
  api::WebRules rules_;
  std::set<Endpoint> wanted_;
  std::map<Endpoint, ApiServer> open_;
  std::list<ApiServer> leaving_;
  std::map<Endpoint, std::string> troubles_;
  boost::asio::steady_timer again_;
  bool is_waiting_ = false;
};

}  // namespace lvsd
