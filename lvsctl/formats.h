#pragma once

#include <optional>
#include <string>
#include <string_view>

// Answers of the API in other notations: `-o yaml` and `-o csv` of every command are made of what
// `-o json` is. Fields keep their names and their order, unknown ones included. Several answers,
// one after the other, are several documents of YAML, and one table of CSV.

namespace lvsd::ctl {

// Texts are quoted wherever YAML 1.1 or 1.2 would take them for something else. Nothing for what is
// no JSON, here and below.
std::optional<std::string> yaml_text(std::string_view json);

// A line an item (RFC 4180), or one line for what is no list; of an object within it a column for
// each field, "health.last.code"; of a list its elements with blanks between them. The columns are
// those of all items together.
std::optional<std::string> csv_text(std::string_view json, bool header);

}  // namespace lvsd::ctl
