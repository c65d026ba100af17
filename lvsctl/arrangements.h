#pragma once

#include <string>
#include <vector>

#include "api/views.h"

// What the file arranges for servers, as `show` says it: how they are checked, how they drain and
// start, who takes over for whom. A line for each arrangement that some of them have in common, and
// whose it is where it is not all of theirs.

namespace lvsd::ctl {

using Pieces = std::vector<std::string>;  // of one line

// "HTTP_GET 10.0.0.11:80", "GET /healthz expect 200-299", "every 5s timeout 2s", "rise 2 fall 3"…
Pieces check_pieces(const api::CheckView& check);

std::vector<Pieces> check_lines(const std::vector<api::ServerView>& servers);
std::vector<Pieces> drain_lines(const std::vector<api::ServerView>& servers, bool graceful_removal);
std::vector<Pieces> start_lines(const std::vector<api::ServerView>& servers);
std::vector<Pieces> backup_lines(const std::vector<api::ServerView>& servers);

}  // namespace lvsd::ctl
