#include "test/fakes/errno_golden.h"

#include <linux/ip_vs.h>

#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "base/parse_number.h"
#include "netlink/ipvs_message.h"
#include "test/text/words.h"

namespace lvsd::test {

namespace {

enum class Kind : std::uint8_t { u8, u16, u32, be16, mask, string, address, flags, nest };

struct Attribute {
  std::uint16_t type;
  Kind kind;
};
using Vocabulary = std::map<std::string, Attribute, std::less<>>;

const Vocabulary kTop = {{"svc", {IPVS_CMD_ATTR_SERVICE, Kind::nest}},
                         {"dest", {IPVS_CMD_ATTR_DEST, Kind::nest}},
                         {"daemon", {IPVS_CMD_ATTR_DAEMON, Kind::nest}},
                         {"tcp", {IPVS_CMD_ATTR_TIMEOUT_TCP, Kind::u32}},
                         {"tcpfin", {IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, Kind::u32}},
                         {"udp", {IPVS_CMD_ATTR_TIMEOUT_UDP, Kind::u32}}};

const Vocabulary kService = {{"af", {IPVS_SVC_ATTR_AF, Kind::u16}},
                             {"proto", {IPVS_SVC_ATTR_PROTOCOL, Kind::u16}},
                             {"addr", {IPVS_SVC_ATTR_ADDR, Kind::address}},
                             {"port", {IPVS_SVC_ATTR_PORT, Kind::be16}},
                             {"fwmark", {IPVS_SVC_ATTR_FWMARK, Kind::u32}},
                             {"sched", {IPVS_SVC_ATTR_SCHED_NAME, Kind::string}},
                             {"flags", {IPVS_SVC_ATTR_FLAGS, Kind::flags}},
                             {"timeout", {IPVS_SVC_ATTR_TIMEOUT, Kind::u32}},
                             {"netmask", {IPVS_SVC_ATTR_NETMASK, Kind::mask}},
                             {"plen", {IPVS_SVC_ATTR_NETMASK, Kind::u32}},
                             {"pe", {IPVS_SVC_ATTR_PE_NAME, Kind::string}}};

const Vocabulary kDestination = {{"addr", {IPVS_DEST_ATTR_ADDR, Kind::address}},
                                 {"port", {IPVS_DEST_ATTR_PORT, Kind::be16}},
                                 {"fwd", {IPVS_DEST_ATTR_FWD_METHOD, Kind::u32}},
                                 {"weight", {IPVS_DEST_ATTR_WEIGHT, Kind::u32}},
                                 {"upper", {IPVS_DEST_ATTR_U_THRESH, Kind::u32}},
                                 {"lower", {IPVS_DEST_ATTR_L_THRESH, Kind::u32}},
                                 {"family", {IPVS_DEST_ATTR_ADDR_FAMILY, Kind::u16}},
                                 {"tuntype", {IPVS_DEST_ATTR_TUN_TYPE, Kind::u8}},
                                 {"tunport", {IPVS_DEST_ATTR_TUN_PORT, Kind::be16}},
                                 {"tunflags", {IPVS_DEST_ATTR_TUN_FLAGS, Kind::u16}}};

const Vocabulary kDaemon = {{"state", {IPVS_DAEMON_ATTR_STATE, Kind::u32}},
                            {"ifn", {IPVS_DAEMON_ATTR_MCAST_IFN, Kind::string}},
                            {"syncid", {IPVS_DAEMON_ATTR_SYNC_ID, Kind::u32}},
                            {"group", {IPVS_DAEMON_ATTR_MCAST_GROUP, Kind::mask}},
                            {"group6", {IPVS_DAEMON_ATTR_MCAST_GROUP6, Kind::address}}};

const std::map<std::string, std::uint8_t, std::less<>> kCommands = {
    {"NEW_SERVICE", IPVS_CMD_NEW_SERVICE},
    {"SET_SERVICE", IPVS_CMD_SET_SERVICE},
    {"DEL_SERVICE", IPVS_CMD_DEL_SERVICE},
    {"GET_SERVICE", IPVS_CMD_GET_SERVICE},
    {"NEW_DEST", IPVS_CMD_NEW_DEST},
    {"SET_DEST", IPVS_CMD_SET_DEST},
    {"DEL_DEST", IPVS_CMD_DEL_DEST},
    {"GET_DEST", IPVS_CMD_GET_DEST},
    {"NEW_DAEMON", IPVS_CMD_NEW_DAEMON},
    {"DEL_DAEMON", IPVS_CMD_DEL_DAEMON},
    {"GET_DAEMON", IPVS_CMD_GET_DAEMON},
    {"SET_CONFIG", IPVS_CMD_SET_CONFIG},
    {"GET_CONFIG", IPVS_CMD_GET_CONFIG},
    {"SET_INFO", IPVS_CMD_SET_INFO},
    {"GET_INFO", IPVS_CMD_GET_INFO},
    {"ZERO", IPVS_CMD_ZERO},
    {"FLUSH", IPVS_CMD_FLUSH}};

template <class Number>
Number number(const std::string& text) {
  // -1 is all ones in whatever width.
  const auto value = parse_number<std::int64_t>(text);
  if (!value) throw std::invalid_argument("not a number: " + text);
  return static_cast<Number>(*value);
}

std::uint32_t mask(const std::string& text) {
  const auto address = parse_address(text);
  if (!address) throw std::invalid_argument("not an IPv4 mask: " + text);
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | address->bytes[i];
  return value;
}

Bytes raw(const std::string& hex) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

void put(AttributeWriter& to, const Attribute& attribute, const std::string& value) {
  switch (attribute.kind) {
    case Kind::u8:
      return to.number(attribute.type, number<std::uint8_t>(value));
    case Kind::u16:
      return to.number(attribute.type, number<std::uint16_t>(value));
    case Kind::u32:
      return to.number(attribute.type, number<std::uint32_t>(value));
    case Kind::be16:
      return to.big_endian(attribute.type, number<std::uint16_t>(value));
    case Kind::mask:
      return to.big_endian(attribute.type, mask(value));
    case Kind::string:
      return to.string(attribute.type, value);
    case Kind::address:
      return to.bytes(attribute.type, bytes_of(parse_address(value).value()));
    case Kind::flags: {
      const auto slash = value.find('/');
      const ip_vs_flags flags{number<std::uint32_t>(value.substr(0, slash)),
                              number<std::uint32_t>(value.substr(slash + 1))};
      return to.bytes(attribute.type, std::as_bytes(std::span(&flags, 1)));
    }
    case Kind::nest:
      break;
  }
  throw std::invalid_argument("no value for a nest: " + value);
}

void put_all(AttributeWriter& to, Words& words, const Vocabulary& vocabulary);

const Vocabulary& inside(std::uint16_t type) {
  if (type == IPVS_CMD_ATTR_SERVICE) return kService;
  return type == IPVS_CMD_ATTR_DEST ? kDestination : kDaemon;
}

void put_one(AttributeWriter& to, Words& words, const Vocabulary& vocabulary) {
  const std::string word = words.take();
  const auto end = word.find_first_of("=:{");
  const auto found = vocabulary.find(word.substr(0, end));
  if (end == word.npos || found == vocabulary.end()) words.refuse("an attribute");
  const Attribute& attribute = found->second;
  const std::string value = word.substr(end + 1);
  if (word[end] == '{')
    to.nest(attribute.type, [&] { put_all(to, words, inside(attribute.type)); });
  else if (word[end] == ':')
    to.bytes(attribute.type, raw(value));
  else
    put(to, attribute, value);
}

// Up to the closing brace, or to the arrow.
void put_all(AttributeWriter& to, Words& words, const Vocabulary& vocabulary) {
  while (words.peek() != "=>") {
    if (words.take_if("}")) return;
    put_one(to, words, vocabulary);
  }
}

std::uint16_t usual_flags(std::uint8_t command) {
  if (command == IPVS_CMD_GET_DEST || command == IPVS_CMD_GET_DAEMON) return NLM_F_DUMP;
  return NLM_F_ACK;
}

class Conversation {
 public:
  Conversation(NetlinkTransport& transport, std::uint16_t family)
      : transport_(transport), family_(family) {}

  // The request of a line, sent; what came back, in the file's words.
  std::string answer(const std::string& line) {
    Words words(line);
    const std::string word = words.take();
    const auto slash = word.find('/');
    const auto named = kCommands.find(word.substr(0, slash));
    const std::uint8_t command =
        named != kCommands.end() ? named->second : number<std::uint8_t>(word.substr(0, slash));
    std::uint16_t flags = usual_flags(command);
    if (slash != word.npos) {
      const std::string how = word.substr(slash + 1);
      flags = how == "dump" ? NLM_F_DUMP
              : how == "do" ? NLM_F_ACK
                            : static_cast<std::uint16_t>(std::stoul(how, nullptr, 16));
    }
    Bytes request;
    append_command(request, {family_, ++sequence_, flags}, command,
                   [&words](AttributeWriter& to) { put_all(to, words, kTop); });
    return sent(request);
  }

  // An empty table and no sync daemons.
  void clear() {
    for (const char* line :
         {"FLUSH =>", "DEL_DAEMON daemon{ state=1 } =>", "DEL_DAEMON daemon{ state=2 } =>"})
      answer(line);
  }

 private:
  std::string sent(BytesView request) {
    if (const auto failed = transport_.send(request); !failed) return text(failed.error());
    std::size_t entries = 0;
    Deadline deadline(std::chrono::seconds(5));
    for (;;) {
      const auto datagram = transport_.receive(deadline);
      if (!datagram) return text(datagram.error());
      MessageReader messages(datagram->bytes);
      while (const auto message = messages.next()) {
        if (message->sequence != sequence_) continue;
        if (message->type == NLMSG_DONE) return std::to_string(entries);
        if (message->type != NLMSG_ERROR) {
          ++entries;
          continue;
        }
        const int value = verdict_of(*message).value();
        if (value != 0) return strerrorname_np(value);
        return entries == 0 ? "ok" : std::to_string(entries);
      }
    }
  }

  NetlinkTransport& transport_;
  std::uint16_t family_;
  std::uint32_t sequence_ = 0;
};

std::string expanded(std::string line, const std::map<std::string, std::string>& names) {
  for (auto at = line.find('$'); at != line.npos; at = line.find('$', at)) {
    const auto end = line.find_first_of(" }", at);
    line.replace(at, end - at, names.at(line.substr(at + 1, end - at - 1)));
  }
  return line;
}

}  // namespace

Result<std::string> with_answers(std::string_view golden, NetlinkTransport& transport) {
  const auto family = transport.resolve_ipvs();
  if (!family) return family.error();
  Conversation kernel(transport, *family);
  std::map<std::string, std::string> names;
  std::istringstream in{std::string(golden)};
  std::string out;
  for (std::string line; std::getline(in, line); out += line + "\n") {
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("let ")) {
      const auto end = line.find(' ', 4);
      names[line.substr(4, end - 4)] = expanded(line.substr(end + 1), names);
    } else if (line.starts_with("case ")) {
      kernel.clear();
    } else {
      const auto arrow = line.find("=>");
      line = line.substr(0, arrow) + "=> " + kernel.answer(expanded(line, names));
    }
  }
  kernel.clear();
  return out;
}

std::string test_data(std::string_view name) {
  std::ifstream file(LVSD_SOURCE_DIR "/test/data/" + std::string(name));
  if (!file) throw std::invalid_argument("no such test data: " + std::string(name));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace lvsd::test
