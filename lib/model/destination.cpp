#include "model/destination.h"

namespace lvsd {

std::string_view text(Forwarding forwarding) {
  switch (forwarding) {
    case Forwarding::nat:
      return "NAT";
    case Forwarding::local:
      return "LOCAL";
    case Forwarding::tunnel:
      return "TUN";
    case Forwarding::direct:
      return "DR";
    case Forwarding::bypass:
      return "BYPASS";
  }
  return "?";
}

namespace {

std::string text(const Tunnel& tunnel) {
  std::string out;
  if (tunnel.type == TunnelType::gue) out += " gue";
  if (tunnel.type == TunnelType::gre) out += " gre";
  if (tunnel.port != 0) out += " port " + std::to_string(tunnel.port);
  if (tunnel.checksum == TunnelChecksum::full) out += " csum";
  if (tunnel.checksum == TunnelChecksum::remote) out += " remcsum";
  return out;
}

}  // namespace

std::string text(const DestinationSettings& settings) {
  std::string out(text(settings.forwarding));
  if (settings.forwarding == Forwarding::tunnel) out += text(settings.tunnel);
  out += " weight " + std::to_string(settings.weight);
  if (settings.upper_threshold != 0) out += " upper " + std::to_string(settings.upper_threshold);
  if (settings.lower_threshold != 0) out += " lower " + std::to_string(settings.lower_threshold);
  return out;
}

}  // namespace lvsd
