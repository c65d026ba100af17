#pragma once

#include <boost/system/result.hpp>
#include <string>

#include "api/routes.h"
#include "lvsctl/command.h"

// The words that commands about one server have in common: which one, and times.

namespace lvsd::ctl {

// The argument of such a command.
void add_target(CLI::App& command, std::string& target);

// The words of SERVICE/SERVER for a path of the API, or what is wrong with it.
boost::system::result<api::Words, Output> server_words(const std::string& target);

// For CLI11: empty, or what is wrong with a time.
std::string check_duration(const std::string& word);

// Whole seconds, upwards: nothing is shorter than asked for. REQUIRES: check_duration(word) is
// empty.
std::string seconds_text(const std::string& word);

}  // namespace lvsd::ctl
