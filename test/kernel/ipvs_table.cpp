#include "test/kernel/ipvs_table.h"

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

#include "model/address.h"
#include "test/kernel/process.h"

namespace lvsd::testing {
namespace {

// "0A000064:0050" and "[2001:0db8:0000:…]:0050", ports in hexadecimal.
Endpoint endpoint(const std::string& word) {
  const std::size_t colon = word.rfind(':');
  Endpoint result;
  result.port = static_cast<std::uint16_t>(std::stoul(word.substr(colon + 1), nullptr, 16));
  if (word.front() == '[') {
    result.address = parse_address(word.substr(1, colon - 2)).value();
  } else {
    const auto bits = std::stoul(word.substr(0, colon), nullptr, 16);
    for (unsigned i = 0; i < 4; ++i)
      result.address.bytes[i] = static_cast<std::uint8_t>(bits >> (24 - 8 * i));
  }
  return result;
}

std::string forwarding(const std::string& word) {
  if (word == "Masq") return "NAT";
  if (word == "Route") return "DR";
  if (word == "Tunnel") return "TUN";
  return word;
}

// "TCP  0A000064:0050 rr persistent 300 FFFFFFFF", "FWM  00000007 IPv6 wlc".
std::string service_line(const std::string& protocol, std::istream& words) {
  std::string key;
  words >> key;
  std::string rest;
  std::getline(words, rest);
  while (!rest.empty() && rest.back() == ' ')
    rest.pop_back();
  if (protocol == "FWM") return "fwmark " + std::to_string(std::stoul(key, nullptr, 16)) + rest;
  std::string name = protocol;
  for (char& c : name)
    c = static_cast<char>(std::tolower(c));
  return name + ' ' + text(endpoint(key)) + rest;
}

std::string destination_line(std::istream& words) {
  std::string address;
  std::string method;
  std::string weight;
  words >> address >> method >> weight;
  return "  -> " + text(endpoint(address)) + ' ' + forwarding(method) + " weight " + weight;
}

}  // namespace

std::string ipvs_table(const NetworkNamespace& where) {
  const Inside inside(where);
  std::ifstream file("/proc/thread-self/net/ip_vs");
  std::map<std::string, std::set<std::string>> services;
  std::set<std::string>* destinations = nullptr;
  std::string line;
  for (int header = 3; std::getline(file, line);) {
    if (header-- > 0) continue;
    std::istringstream words(line);
    std::string first;
    words >> first;
    if (first == "->")
      destinations->insert(destination_line(words));
    else
      destinations = &services[service_line(first, words)];
  }
  std::string table;
  for (const auto& [service, entries] : services) {
    table += service + '\n';
    for (const std::string& entry : entries)
      table += entry + '\n';
  }
  return table;
}

void add_ipvs_rules(const NetworkNamespace& where, const std::string& rules) {
  output_of(where, {"ipvsadm", "--restore"}, rules);
}

std::string ipvs_rules(const NetworkNamespace& where) {
  return output_of(where, {"ipvsadm", "--save", "--numeric"});
}

}  // namespace lvsd::testing
