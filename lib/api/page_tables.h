#pragma once

#include <string>

#include "api/status_page.h"

// The tables of the status page.

namespace lvsd::api {

// "web/web01", "web/10.0.0.9:25 sorry": what a row is known by, in PageQuery::open as well.
std::string row_key(const ServerView& server);

// "● UP": a shape beside each word, so that colour is never all there is.
std::string state_mark(std::string_view state, std::string_view words);

// The services of the page, each with the table of its servers.
void append_services(std::string& out, const StatusPage& page);
// One line a service.
void append_brief_services(std::string& out, const StatusPage& page);
// What happened lately.
void append_events(std::string& out, const StatusPage& page);

}  // namespace lvsd::api
