#pragma once

#include <span>
#include <string_view>

#include "model/event.h"

namespace lvsd {

// Which kind of message a line of the journal is, for systemd's catalog (journalctl -x) and for who
// looks for one kind: 32 hexadecimal digits each, as MESSAGE_ID has them.
struct MessageId {
  EventKind kind;
  std::string_view state;  // that it is of; empty: all that have none of their own
  std::string_view id;
};
std::span<const MessageId> message_ids();

// Of a line with this subject.
std::string_view message_id(const EventSubject& subject);

}  // namespace lvsd
