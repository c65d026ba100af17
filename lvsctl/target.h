#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/moment.h"
#include "api/routes.h"
#include "lvsctl/command.h"

// The words that commands about one server have in common: which one, and times.

namespace lvsd::ctl {

// The words of SERVICE/SERVER for a path of the API, or what is wrong with it.
boost::system::result<api::Words, Output> server_words(const std::string& target);

// The regular expression (RE2, UTF-8) of the names that a word is for: "*" stands for anything, "?"
// for one character, all else for itself.
std::string name_pattern(std::string_view word);

// Whether a word may be for several: it is a pattern, or "@NAME", that host in every service.
bool is_wide(std::string_view word);

// What --filter says of the services, or the servers, that such a word is for: "web*" of services;
// "web*/db?", "@web03" of servers, by their names and addresses, or what is wrong with it.
std::string service_filter(std::string_view word);
boost::system::result<std::string, Output> server_filter(const std::string& word);

// Which servers a command is for: SERVICE/SERVER, a pattern of those, or a host in every service.
struct Aim {
  std::string server;    // "web/web03", "web*/db?", or "@web03" for the host
  std::string host;      // an address or a name
  bool several = false;  // a pattern may be for several without --yes
  bool sorry = false;    // sorry servers as well, which take no wishes
};

// The argument alone, where other words follow it or where it is looked at only: SERVICE/SERVER, a
// pattern or @NAME.
void add_server(CLI::App& command, Aim& aim);

// The argument and `--host`, of which exactly one is to be given.
void add_aim(CLI::App& command, Aim& aim);

// "SERVICE/SERVER" of each; of a host and of a pattern those that are known to lvsd by that name or
// address. Never empty: else what to print, as for a pattern that is for several without --yes.
boost::system::result<std::vector<std::string>, Output> aimed_at(const Context& context,
                                                                 const Aim& aim);

// A blank line between texts for people.
void keep_apart(std::vector<Output>& outputs);

// What the commands for several came to: done, or partly, or what became of all of them.
// REQUIRES: there is one.
Output together(std::vector<Output> outputs);

// For CLI11: empty, or what is wrong with a time.
std::string check_duration(const std::string& word);

// Whole seconds, upwards: nothing is shorter than asked for. REQUIRES: check_duration(word) is
// empty.
std::string seconds_text(const std::string& word);

// For CLI11: empty, or what is wrong with a time of the day or a moment.
std::string check_moment(const std::string& word);

// Whole seconds from `now` to "18:00", which is tomorrow if it has passed today, or to a moment as
// of RFC 3339. Nothing for a moment that has passed, or for what is none.
std::optional<std::uint32_t> seconds_until(const std::string& word, const api::Moment& now);

}  // namespace lvsd::ctl
