// What mail servers, name servers, agents, UDP services and hosts that are pinged send; and what
// stands in track files. The first byte says which.
#include <cstdint>
#include <string_view>

#include "health/agent_check.h"
#include "health/dns_check.h"
#include "health/echo.h"
#include "health/script_check.h"
#include "health/smtp_check.h"
#include "health/udp_check.h"

using namespace lvsd;

namespace {

void judge_dns(std::string_view bytes) {
  for (const DnsType type : {DnsType::a, DnsType::ns, DnsType::mx, DnsType::txt, DnsType::aaaa,
                             DnsType::soa, DnsType::cname, DnsType::rrsig}) {
    const DnsCheck check{.type = type, .name = "a", .answer = "b"};
    judged_dns_answer(check, 0, bytes);
  }
}

void speak_smtp(std::string_view bytes) {
  SmtpDialogue dialogue({});
  while (!bytes.empty() && !dialogue.take(bytes.substr(0, 7))) {
    dialogue.next_words();
    bytes.remove_prefix(std::min<std::size_t>(7, bytes.size()));
  }
  dialogue.judgement(Stop::closed, 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0:
      judge_dns(bytes);
      break;
    case 1:
      speak_smtp(bytes);
      break;
    case 2:
      agent_word(bytes);
      break;
    case 3:
      judged_reply({.require_reply = true, .reply = {1, 2}, .reply_mask = {255, 15}}, bytes);
      break;
    case 4:
      is_echo_reply(Family::v4, 1, bytes);
      break;
    case 5:
      file_word({.weight = 2147483647}, bytes);
      break;
  }
  return 0;
}
