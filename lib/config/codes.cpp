#include "config/codes.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace lvsd {

namespace {

constexpr auto note = Severity::note;
constexpr auto warning = Severity::warning;
constexpr auto error = Severity::error;

constexpr auto table = std::to_array<CodeInfo>({
    {Code::unreadable, error, error, "the file cannot be read"},
    {Code::too_large, error, error, "a file, or all files together, are larger than allowed"},
    {Code::too_deep, error, error, "blocks or includes are nested too deeply"},
    {Code::include_unmatched, error, warning, "an include names a file that does not exist"},
    {Code::include_cycle, error, error, "a file includes itself"},
    {Code::include_bad, error, warning, "an included file is not a plain readable file"},
    {Code::nul_byte, error, warning, "a line holds a NUL byte"},
    {Code::unterminated_quote, error, warning, "a double quote is not closed on its line"},
    {Code::line_too_long, warning, warning, "a line is longer than keepalived reads"},
    {Code::unknown_keyword, error, warning, "a word is no keyword"},
    {Code::misplaced_keyword, error, warning, "a keyword does not belong in this block"},
    {Code::unknown_block, error, warning, "a block is not known; it was skipped"},
    {Code::missing_open_brace, error, warning, "a block has no opening brace"},
    {Code::missing_close_brace, error, warning, "a block is not closed"},
    {Code::extra_close_brace, error, warning, "a closing brace has no opening one"},
    {Code::unexpected_open_brace, error, warning, "an opening brace follows no block keyword"},
    {Code::missing_argument, error, error, "a keyword lacks an argument"},
    {Code::extra_argument, error, warning, "a keyword has more arguments than it takes"},
    {Code::bad_argument, error, warning, "an argument is not of the kind the keyword takes"},
    {Code::out_of_range, error, warning, "a number is out of range"},
    {Code::number_suffix, error, error, "something follows the digits of a number"},
    {Code::no_break_space, warning, warning, "a no-break or ideographic space stands for a blank"},
    {Code::repeated, error, warning, "a keyword that may stand once is repeated"},
    {Code::undefined, error, warning, "a definition is used that does not exist"},
    {Code::bad_definition, error, warning, "a definition is malformed"},
    {Code::bad_condition, error, warning, "a conditional line is malformed"},
    {Code::bad_sequence, error, warning, "a ~SEQ or ~LST is malformed"},
    {Code::expansion_too_large, error, error, "definitions expand to too much text"},
    {Code::duplicate_service, error, error, "two virtual servers stand for the same service"},
    {Code::duplicate_group, error, error, "two groups have the same name"},
    {Code::duplicate_server, error, warning, "a real server stands twice in its virtual server"},
    {Code::unknown_group, error, warning, "a virtual server names a group that does not exist"},
    {Code::empty_group, error, warning, "a group has no usable entry"},
    {Code::bad_group_entry, error, warning, "an entry of a group is malformed"},
    {Code::too_many_services, error, error, "a group stands for more services than allowed"},
    {Code::bad_backup, error, error, "a backup server breaks the rules for backup servers"},
    {Code::duplicate_name, error, error, "two things have the same name"},
    {Code::no_servers, warning, warning, "a virtual server has no real server"},
    {Code::default_protocol, warning, warning, "no protocol is given, UDP is taken"},
    {Code::port_forced, warning, warning, "a port cannot differ from the service's with DR or TUN"},
    {Code::persistence_forced, warning, warning, "a service without port must be persistent"},
    {Code::quorum_reduced, warning, warning, "quorum or hysteresis is more than can be reached"},
    {Code::clients_refused, warning, warning,
     "a scheduler that hashes refuses clients of weight 0"},
    {Code::family_mismatch, error, warning, "IPv4 and IPv6 are mixed without a tunnel"},
    {Code::flag_ignored, error, warning, "a flag does not apply to this scheduler or protocol"},
    {Code::family_of_group, warning, warning, "a server cannot serve all addresses of its group"},
    {Code::incomplete_check, error, warning, "a check lacks what it cannot do without"},
    {Code::unknown_reference, error, warning, "a thing is named that is not defined"},
    {Code::contradiction, error, error, "two settings contradict each other"},
    {Code::mtu_unused, warning, warning, "a min_mtu does nothing where it stands"},
    {Code::mtu_too_small, error, error, "a min_mtu leaves too little inside its tunnel"},
    {Code::timeout_too_long, warning, warning, "a timeout is longer than some kernels take"},
    {Code::answers_lost, warning, warning, "what servers answer would not be translated"},
    {Code::old_spelling, note, note, "an old spelling is used"},
    {Code::not_acted_on, warning, warning, "known words that lvsd does not act on"},
    {Code::lenient, note, note, "the file is read leniently"},
    {Code::obsolete, warning, warning, "a keyword has no effect any more"},
    {Code::keepalived_differs, warning, warning, "lvsd differs from keepalived here, on purpose"},
    {Code::suppressed, note, note, "more was found than is shown"},
});

}  // namespace

std::span<const CodeInfo> codes() {
  return table;
}

const CodeInfo& info(Code code) {
  const auto row = std::find_if(table.begin(), table.end(), [code](const CodeInfo& candidate) {
    return candidate.code == code;
  });
  assert(row != table.end());
  return *row;
}

std::string text(Code code) {
  const auto number = std::to_string(static_cast<unsigned>(code));
  return "LVC" + std::string(3 - number.size(), '0') + number;
}

}  // namespace lvsd
