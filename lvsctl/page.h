#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <vector>

#include "api/json.h"
#include "api/routes.h"
#include "lvsctl/command.h"

// A question to the daemon and its answer as a view, ready to be printed.

namespace lvsd::ctl {

struct Question {
  api::Action action;
  api::Words words = {};
  api::Words query = {};
  std::string body = {};
};

// The answer as a document whose texts are all printable.
template <class View>
struct Page {
  api::Head head;
  View view;
};

// The answer, or what to print and how to exit in its place: for a refusal its diagnostics and its
// detail, and with -o json its body on standard output too.
template <class View>
boost::system::result<Page<View>, Output> page(const Context& context, const Question& question);

// The same, but with its texts as they came: for what is to be taken exactly.
template <class View>
boost::system::result<Page<View>, Output> page_as_is(const Context& context,
                                                     const Question& question);

// The answer as it came, for -o json: never taken apart, so that what this lvsctl does not know is
// there too.
Output json_page(const Context& context, const Question& question);
// The same, where the exit code depends on what it says.
template <class View>
Output json_page(const Context& context, const Question& question, Exit (*exit)(const View&));

// An answer that is text, as it came.
Output text_page(const Context& context, const Question& question);

// What putting a configuration in force would change: an answer of config_diff, in words.
Output difference(const Context& context, const Question& question);

// What to print for an answer that is a refusal.
Output refused(const Context& context, const Reply& reply);

// With --resolve puts names in the place of the table's addresses; those that are not found within
// a second stay.
void resolve(const Context& context, Table& table);

// A list for people, in the order that was asked for; `none` to standard error where it is empty.
Output table_output(const Context& context, Table table, std::string_view none);

// A body, indented.
Output json_output(const std::string& body);
// What lvsctl knows by itself, for -o json.
template <class View>
Output local_json(const Context& context, const View& view) {
  return json_output(api::body(api::Head{.time = context.machine.now()}, view));
}

// Each with its line and caret, as they came.
// REQUIRES: from a page, so printable.
std::string diagnostics_text(const std::vector<api::DiagnosticView>& diagnostics);

}  // namespace lvsd::ctl
