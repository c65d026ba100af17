#include "config/method.h"

#include <string_view>

#include "base/parse_number.h"
#include "config/compile.h"
#include "config/scan.h"

namespace lvsd {

namespace {

// The words behind `lvs_method`.
class MethodReader {
 public:
  MethodReader(Compiler& compiler, const Arguments& arguments)
      : compiler_(compiler), arguments_(arguments) {}

  std::optional<Method> read() {
    const auto words = arguments_.words();
    if (words.empty()) {
      refuse(Code::missing_argument, arguments_.keyword(), "expected NAT, DR or TUN");
      return std::nullopt;
    }
    Method method;
    if (!read_forwarding(words[0], method)) return std::nullopt;
    Tunnel tunnel;
    bool fine = true;
    for (std::size_t i = 1; i < words.size() && fine; ++i)
      fine = read_option(words, i, method, tunnel);
    // keepalived's: the method changes even where its options are no good.
    if (fine && method.forwarding == Forwarding::tunnel && is_possible(tunnel))
      method.tunnel = tunnel;
    return method;
  }

 private:
  bool refuse(Code code, std::string_view word, std::string hint) {
    compiler_.problems().report(code, arguments_.where(word),
                                code == Code::missing_argument
                                    ? quoted(word) + " needs an argument"
                                    : quoted(word) + " is not known here",
                                std::move(hint));
    return false;
  }

  bool read_forwarding(std::string_view word, Method& method) {
    if (word == "NAT") {
      method.forwarding = Forwarding::nat;
    } else if (word == "DR") {
      method.forwarding = Forwarding::direct;
    } else if (word == "TUN") {
      method.forwarding = Forwarding::tunnel;
    } else {
      const bool lower = among("nat dr tun", word, true);
      return refuse(Code::bad_argument, word,
                    lower ? "it is written in capitals" : "expected NAT, DR or TUN");
    }
    return true;
  }

  bool read_option(std::span<const std::string_view> words, std::size_t& i, const Method& method,
                   Tunnel& tunnel) {
    const std::string_view word = words[i];
    if (method.forwarding != Forwarding::tunnel)
      return refuse(Code::extra_argument, word, "only TUN has options");
    if (word == "nocsum" || word == "csum" || word == "remcsum") {
      tunnel.checksum = word == "csum"      ? TunnelChecksum::full
                        : word == "remcsum" ? TunnelChecksum::remote
                                            : TunnelChecksum::none;
      checksum_ = word;
      return true;
    }
    if (word != "type" && word != "port")
      return refuse(Code::bad_argument, word, "expected type, port, nocsum, csum or remcsum");
    if (i + 1 == words.size()) return refuse(Code::missing_argument, word, "");
    const std::string_view value = words[++i];
    return word == "type" ? read_type(value, tunnel) : read_port(value, tunnel);
  }

  bool read_type(std::string_view value, Tunnel& tunnel) {
    if (!among("ipip gue gre", value))
      return refuse(Code::bad_argument, value, "expected ipip, gue or gre");
    tunnel.type = value == "gue"   ? TunnelType::gue
                  : value == "gre" ? TunnelType::gre
                                   : TunnelType::ipip;
    return true;
  }

  bool read_port(std::string_view value, Tunnel& tunnel) {
    const auto port = parse_number<std::uint16_t>(value);
    if (!port || *port == 0)
      return refuse(Code::bad_argument, value, "expected a port from 1 to 65535");
    tunnel.port = *port;
    return true;
  }

  bool is_possible(const Tunnel& tunnel) {
    std::string why;
    if (tunnel.type == TunnelType::gue && tunnel.port == 0) why = "a gue tunnel needs a port";
    if (tunnel.type != TunnelType::gue && tunnel.port != 0) why = "only a gue tunnel has a port";
    if (tunnel.type == TunnelType::ipip && !checksum_.empty())
      why = "an ipip tunnel has no checksum options";
    if (tunnel.type == TunnelType::gre && checksum_ == "remcsum")
      why = "a gre tunnel has no remcsum";
    if (why.empty()) return true;
    compiler_.problems().report(Code::bad_argument, arguments_.where(), why);
    return false;
  }

  Compiler& compiler_;
  const Arguments& arguments_;
  std::string_view checksum_;  // as written
};

}  // namespace

void set_service_method(Compiler& c, const Arguments& a) {
  if (const auto method = MethodReader(c, a).read()) c.service().method = method;
}

void set_server_method(Compiler& c, const Arguments& a) {
  if (const auto method = MethodReader(c, a).read()) c.server().method = method;
}

void set_sorry_method(Compiler& c, const Arguments& a) {
  if (c.service().sorry_servers.empty()) {
    c.problems().report(Code::misplaced_keyword, a.where(),
                        "'sorry_server_lvs_method' stands behind 'sorry_server'");
    return;
  }
  // Of all sorry servers so far; they are told when the block ends.
  if (const auto method = MethodReader(c, a).read())
    c.service().sorry_method = {*method, c.service().sorry_servers.size()};
}

namespace {

std::string spelled(Forwarding forwarding, const Tunnel& tunnel) {
  std::string out(text(forwarding));
  if (forwarding != Forwarding::tunnel) return out;
  if (tunnel.type == TunnelType::gue) out += " type gue port " + std::to_string(tunnel.port);
  if (tunnel.type == TunnelType::gre) out += " type gre";
  if (tunnel.checksum == TunnelChecksum::full) out += " csum";
  if (tunnel.checksum == TunnelChecksum::remote) out += " remcsum";
  return out;
}

}  // namespace

std::optional<std::string> show_method(const Subject& s) {
  if (s.backup != nullptr) return spelled(s.backup->forwarding, s.backup->tunnel);
  const DestinationSettings& settings = s.sorry != nullptr ? s.sorry->settings : s.server->settings;
  return spelled(settings.forwarding, settings.tunnel);
}

}  // namespace lvsd
