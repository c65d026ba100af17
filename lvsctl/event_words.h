#pragma once

#include <boost/system/result.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "api/event_views.h"
#include "base/pattern.h"
#include "lvsctl/render.h"

// Events in words: how one is shown, which ones are meant, and what a command is told of one.

namespace lvsd::ctl {

// "2026-08-20 14:20:02.118  WARNING   server    Server web/web03 …", with a line end; wide with the
// number before it. The titles of these columns stand in event_titles.
std::string event_line(const api::EventView& event, bool wide, const Screen& screen);
std::string event_titles(bool wide);

// By the names of JSON, as text; absent ones are empty.
std::map<std::string, std::string> event_fields(const api::EventView& event);

// A condition on one field: "state=DOWN", "service!=web", "reason~refused", "text!~^Drift"; with
// the kind of event before it, "server.state=DOWN".
class EventTerm {
 public:
  // Or what is wrong with the word.
  static boost::system::result<EventTerm, std::string> parse(std::string_view word);

  bool holds(const api::EventView& event) const;

 private:
  std::string kind_;  // empty: any
  std::string field_;
  std::string value_;
  std::shared_ptr<const Pattern> pattern_;  // null: compared with the value
  bool negated_ = false;
};

// A shell's line of one with {service} and the like: those become variables of its environment, so
// that nothing an event says is ever read as a command.
std::string command_line(std::string_view text);
std::map<std::string, std::string> command_variables(const api::EventView& event);

}  // namespace lvsd::ctl
