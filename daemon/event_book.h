#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "api/event_ring.h"
#include "api/request.h"
#include "daemon/log.h"

namespace lvsd {

struct EventDesk;

// What happened lately, for the API: the lines of the log that have a subject, numbered, the last
// ten thousand of them. Taking one down costs the same however many there are and however many
// clients follow.
//
// A client that follows is given what it has not had, as fast as it takes it; who does not read
// holds nothing up and is dropped as any client that does not, and comes back to where it stood.
class EventBook {
 public:
  // `first`: the number of the first event, greater than all of earlier daemons.
  EventBook(boost::asio::any_io_executor strand, std::uint64_t first);

  void note(Level level, std::string_view line, const EventSubject& subject);

  // All that is asked for, as a list that is written while it is sent.
  api::Response list(const api::Head& head, const api::EventQuery& query) const;
  // The last ones, the newest first.
  std::vector<api::EventView> latest(std::size_t count) const;
  // The number of the newest.
  std::uint64_t newest() const;
  // What is asked for and all that follows, for as long as the client stays; 503 where too many
  // follow already. Those over TCP have places of their own.
  api::Response followed(const api::EventQuery& query, bool is_remote) const;

 private:
  std::shared_ptr<EventDesk> desk_;  // the answers under way have it as well
};

}  // namespace lvsd
