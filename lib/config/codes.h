#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "config/diagnostic.h"

namespace lvsd {

// Every kind of mistake has a number that never changes, so that people can look it up and tools
// can filter by it.
enum class Code : std::uint16_t {
  unreadable = 1,
  too_large = 2,
  too_deep = 3,
  include_unmatched = 4,
  include_cycle = 5,
  include_bad = 6,
  nul_byte = 7,
  unterminated_quote = 8,
  line_too_long = 9,
  unknown_keyword = 10,
  misplaced_keyword = 11,
  unknown_block = 12,
  missing_open_brace = 13,
  missing_close_brace = 14,
  extra_close_brace = 15,
  unexpected_open_brace = 16,
  missing_argument = 17,
  extra_argument = 18,
  bad_argument = 19,
  out_of_range = 20,
  number_suffix = 21,
  no_break_space = 22,
  repeated = 23,
  undefined = 30,
  bad_definition = 31,
  bad_condition = 32,
  bad_sequence = 33,
  expansion_too_large = 34,
  duplicate_service = 40,
  duplicate_group = 41,
  duplicate_server = 42,
  unknown_group = 43,
  empty_group = 44,
  bad_group_entry = 45,
  too_many_services = 46,
  bad_backup = 47,
  duplicate_name = 48,
  no_servers = 50,
  default_protocol = 51,
  port_forced = 54,
  persistence_forced = 55,
  quorum_reduced = 56,
  clients_refused = 57,
  family_mismatch = 58,
  flag_ignored = 59,
  family_of_group = 60,
  incomplete_check = 61,
  unknown_reference = 62,
  contradiction = 63,
  mtu_unused = 64,
  mtu_too_small = 65,
  timeout_too_long = 66,
  answers_lost = 67,
  old_spelling = 70,
  not_acted_on = 71,
  lenient = 72,
  obsolete = 73,
  keepalived_differs = 74,
  suppressed = 99,
};

struct CodeInfo {
  Code code;
  Severity severity;
  // In a file written for keepalived: what keepalived logs and survives is a warning there.
  Severity lenient;
  std::string_view summary;
};

std::span<const CodeInfo> codes();
const CodeInfo& info(Code code);
std::string text(Code code);  // "LVC010"

}  // namespace lvsd
