#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/unique_fd.h"
#include "model/event.h"

namespace lvsd {

// Lines for systemd's journal with their parts as fields, so that `journalctl LVSD_SERVICE=web
// LVSD_NEW_STATE=DOWN` finds them; by its native protocol, which systemd documents. (libsystemd
// would bring four libraries for compression into the process.)

// One line as the journal takes it. `subject` null: a line of nothing in particular.
std::string journal_entry(int priority, std::string_view line, const EventSubject* subject);

// The socket that takes them. Thread-safe.
class Journal {
 public:
  // Nothing where standard error, to which the lines would have gone, is not the journal's
  // (JOURNAL_STREAM), or its socket is not to be had.
  static std::optional<Journal> open();
  // Wherever standard error leads.
  static std::optional<Journal> connect(const std::string& path = "/run/systemd/journal/socket");
  // REQUIRES: a datagram socket, connected, that does not block.
  explicit Journal(UniqueFd socket) : socket_(std::move(socket)) {}

  // False when it could not be taken, now or at this size: the line is for standard error then.
  bool send(std::string_view entry) const;

 private:
  UniqueFd socket_;
};

}  // namespace lvsd
