#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/filter.h"
#include "api/json.h"
#include "api/request.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "daemon/side_thread.h"
#include "model/connection.h"
#include "model/connection_counts.h"

namespace lvsd {

// The kernel's list of connections, walked from its beginning to its end on a thread of its own: a
// table of millions takes the kernel seconds. Connections that come and go meanwhile may be in it
// or not.
class ConnectionList {
 public:
  // Opens the list in the network namespace `where` (none: the thread's). Blocks; called, as
  // piece(), on the thread.
  static Result<std::shared_ptr<ConnectionList>> open(const std::shared_ptr<const UniqueFd>& where);

  // What the further pieces hold: those that are in `filter` and of which `terms` hold. Before the
  // first one.
  void select(ConnectionFilter filter, std::optional<api::Filter> terms, std::uint64_t limit);

  // The next connections as JSON, with commas between them; may be empty though more follows.
  // Nothing: that was all. Each costs a bounded time and size.
  std::optional<std::string> piece();

  // Counts the next connections instead; false: that was all. Each costs a bounded time.
  bool count(ConnectionCounts& counts);

 private:
  explicit ConnectionList(UniqueFd file) : file_(std::move(file)) {}
  bool refill();
  template <class Take>
  std::size_t take_lines(Take take);
  bool is_selected(const Connection& connection) const;
  void take(std::string_view line, std::string& out);

  UniqueFd file_;
  ConnectionFilter filter_;
  std::optional<api::Filter> terms_;
  std::uint64_t left_ = 0;  // of the limit
  bool is_first_ = true;
  bool at_end_ = false;
  std::string text_;  // read and not parsed yet
};

// The pieces of the list, each made when the client has taken the one before, and `closing` after
// them. REQUIRES: everything on `strand`; `thread` outlives it.
std::shared_ptr<api::Pieces> connection_pieces(boost::asio::any_io_executor strand,
                                               SideThread& thread, std::string closing,
                                               std::shared_ptr<ConnectionList> list);

}  // namespace lvsd
