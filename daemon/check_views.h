#pragma once

#include <string>
#include <variant>
#include <vector>

#include "api/request.h"
#include "api/routes.h"
#include "api/views.h"
#include "daemon/check_book.h"
#include "model/config.h"

namespace lvsd {

// A server by the names that people know it by, and how it is checked.
struct CheckedServer {
  std::string service;
  std::string server;
  const std::vector<Check>* checks;  // never null
};

// The server that a path means ("service", "server"): a real server, else a sorry server, else a
// backup. Or the answer that there is none.
std::variant<CheckedServer, api::Response> checked_server(const Config& config,
                                                          const api::Words& path);

// The same moment on two clocks.
struct Clocks {
  Time now;
  api::Moment wall;
};

api::CheckResultView result_view(const PastResult& past, const Clocks& clocks);
api::PastResultView past_result_view(const PastResult& past, const Clocks& clocks);

// The checks with their last results, newest first; of a server with its names.
std::vector<api::CheckHistoryView> check_history_views(const CheckBook& book,
                                                       const CheckedServer& server,
                                                       const Clocks& clocks);
std::vector<api::CheckHistoryView> check_history_views(const CheckBook& book,
                                                       const std::vector<Check>& checks,
                                                       const Clocks& clocks);

// A check to be run beside those of the book, and what there is to say of it, without a result.
struct Trial {
  Check check;
  api::CheckHistoryView view;
};
// All that a server is asked: of an HTTP check, whose runs take its urls in turn, each url alone.
std::vector<Trial> trials(const CheckBook& book, const CheckedServer& server);

}  // namespace lvsd
