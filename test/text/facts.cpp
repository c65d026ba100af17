#include "test/text/facts.h"

#include "base/parse_number.h"
#include "test/text/words.h"

namespace lvsd::test {
namespace {

Address address(Words& words) {
  const auto found = parse_address(words.take());
  if (!found) words.refuse("an address");
  return *found;
}

template <class Number>
Number whole(Words& words) {
  const auto number = parse_number<Number>(words.take());
  if (!number) words.refuse("a whole number");
  return *number;
}

std::string rest(Words& words) {
  std::string out;
  while (!words.empty())
    out += (out.empty() ? "" : " ") + words.take();
  return out;
}

doctor::Interface interface(Words& words) {
  doctor::Interface out;
  out.name = words.take();
  out.up = words.take() == "up";
  out.on_a_wire = words.take() == "wire";
  if (words.take_if("mtu")) out.mtu = whole<std::uint32_t>(words);
  if (words.take_if("lro")) out.large_receive = true;
  while (!words.empty()) {
    const std::string held = words.take();
    const auto slash = held.find('/');
    const auto parsed = parse_address(held.substr(0, slash));
    const auto prefix = parse_number<unsigned>(held.substr(slash + 1));
    if (!parsed || !prefix) words.refuse("ADDRESS/PREFIX");
    out.addresses.push_back({*parsed, *prefix});
  }
  return out;
}

doctor::RunningDaemon daemon(Words& words) {
  doctor::RunningDaemon out;
  out.version = words.take();
  out.pid = whole<std::int64_t>(words);
  while (!words.empty()) {
    if (words.take_if("capable"))
      out.may_change_network = true;
    else if (words.take_if("powerless"))
      out.may_change_network = false;
    else if (words.take_if("here"))
      out.in_this_namespace = true;
    else if (words.take_if("elsewhere"))
      out.in_this_namespace = false;
    else if (words.take_if("unchanged"))
      out.file_changed = false;
    else if (words.take_if("changed"))
      out.file_changed = true;
    else if (words.take_if("tcp"))
      out.tcp_timeout = whole<std::uint32_t>(words);
    else if (words.take_if("connections"))
      out.connections = whole<std::uint64_t>(words);
    else if (words.take_if("drift"))
      out.drift = whole<std::uint64_t>(words);
    else if (words.take_if("foreign"))
      out.foreign_services = whole<std::uint64_t>(words);
    else
      words.refuse("a word of lvsd's");
  }
  return out;
}

void take_line(Words& words, doctor::Facts& facts) {
  if (words.take_if("kernel")) {
    facts.kernel_release = words.take();
  } else if (words.take_if("ipvs")) {
    facts.ipvs_version = words.take();
    facts.table_size = whole<std::uint64_t>(words);
  } else if (words.take_if("missing")) {
    facts.missing_modules.insert(words.take());
  } else if (words.take_if("sysctl")) {
    const std::string name = words.take();
    facts.sysctls[name] = words.take();
  } else if (words.take_if("interface")) {
    facts.interfaces.push_back(interface(words));
  } else if (words.take_if("local")) {
    facts.local.insert(address(words));
  } else if (words.take_if("way")) {
    const Address there = address(words);
    facts.way_out[there] = words.take();
  } else if (words.take_if("answer")) {
    auto& answers = facts.arp_answers[address(words)];
    const std::string hardware = words.take();
    answers.push_back({hardware, words.take()});
  } else if (words.take_if("back")) {
    const Address from = address(words);
    facts.way_back[from] = words.take();
  } else if (words.take_if("drops")) {
    facts.reverse_path_drops = whole<std::uint64_t>(words);
  } else if (words.take_if("rival")) {
    facts.rivals.push_back(rest(words));
  } else if (words.take_if("clock")) {
    facts.clock_synchronised = words.take() == "yes";
  } else if (words.take_if("lvsd")) {
    facts.lvsd = daemon(words);
  } else if (words.take_if("silent")) {
    facts.lvsd_silence = rest(words);
  } else if (words.take_if("trouble")) {
    facts.config_trouble = rest(words);
  } else {
    words.refuse("a fact");
  }
}

}  // namespace

doctor::Facts facts(std::string_view text) {
  doctor::Facts out;
  std::string ruleset;
  for (const std::string& line : lines(text)) {
    Words words(line);
    if (words.take_if("nft")) {
      ruleset += rest(words) + "\n";
      continue;
    }
    take_line(words, out);
    if (!words.empty()) words.refuse("the end");
  }
  if (!ruleset.empty()) doctor::read_nft(ruleset, out.firewall.emplace());
  return out;
}

}  // namespace lvsd::test
