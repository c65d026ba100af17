#pragma once

// Asking the kernel: questions, sent together where they may be, and what is made of a list that
// breaks off or an answer that is none. NetlinkKernel asks.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "daemon/netlink_session.h"
#include "model/service.h"
#include "netlink/ipvs_message.h"

namespace lvsd {

struct Question {
  std::string_view attempt;             // "listing the destinations of", for errors
  const ServiceKey* service = nullptr;  // named after it
  bool is_list = false;                 // of any length (a dump), or one entry
  std::function<void(Bytes&, const RequestHeader&)> write;
  // Gets each entry; says what is wrong with it.
  std::function<Result<void>(const Message&)> take;

  Result<void> outcome = {};  // written by `ask`
};

// Asks all of them in one exchange, and leaves in each its outcome: done, the kernel's refusal, or
// the first thing wrong with its entries (then the entries are not to be used). An error means that
// answers are missing altogether.
// REQUIRES: at most one is a list, and it is the last; the kernel has one list under way a socket.
Result<void> ask(NetlinkSession& session, std::span<Question> questions);

// One question; its outcome, or the error of the exchange.
Result<void> ask(NetlinkSession& session, Question question);

}  // namespace lvsd
