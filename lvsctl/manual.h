#pragma once

#include <CLI/App.hpp>
#include <string>

namespace lvsd::ctl {

// The sections of lvsctl(1) that say which commands and options there are, in scdoc(5), from what
// the command line is parsed by.
std::string manual(const CLI::App& app);

// The sections of lvsd-doctor(7), one for each rule.
std::string doctor_manual();

}  // namespace lvsd::ctl
