// The limit: what the kernel needs to take or give an IPVS table, and nothing else. Writes the same
// entries with the same batching as lvsd, from messages made beforehand, and reads them without
// looking at them.
//
//   ipvs_limit write SERVICES DESTINATIONS [BATCH]
//   ipvs_limit read
//   ipvs_limit clear
//
// Prints milliseconds. Exits with 1 when the kernel says no.

#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

using Buffer = std::vector<char>;

int netlink = -1;
std::uint16_t family = 0;
Buffer received(256 * 1024);

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

void put(Buffer& out, const void* value, std::size_t size) {
  const char* bytes = static_cast<const char*>(value);
  out.insert(out.end(), bytes, bytes + size);
  out.resize((out.size() + 3) & ~std::size_t{3});
}

void attribute(Buffer& out, int type, const void* value, std::size_t size) {
  const nlattr header{static_cast<std::uint16_t>(sizeof(nlattr) + size),
                      static_cast<std::uint16_t>(type)};
  put(out, &header, sizeof header);
  put(out, value, size);
}

template <class Number>
void number(Buffer& out, int type, Number value) {
  attribute(out, type, &value, sizeof value);
}

void nest(Buffer& out, int type, const Buffer& inside) {
  attribute(out, type, inside.data(), inside.size());
}

void message(Buffer& out, std::uint16_t type, std::uint16_t flags, std::uint8_t command,
             const Buffer& attributes) {
  const nlmsghdr header{
      static_cast<std::uint32_t>(sizeof(nlmsghdr) + sizeof(genlmsghdr) + attributes.size()), type,
      static_cast<std::uint16_t>(flags | NLM_F_REQUEST), 0, 0};
  const genlmsghdr generic{command, 1, 0};
  put(out, &header, sizeof header);
  put(out, &generic, sizeof generic);
  out.insert(out.end(), attributes.begin(), attributes.end());
}

void say(const Buffer& datagram) {
  if (send(netlink, datagram.data(), datagram.size(), 0) < 0) fail("send");
}

// The next datagram; its length.
std::size_t hear() {
  const ssize_t size = recv(netlink, received.data(), received.size(), 0);
  if (size < 0) fail("recv");
  return static_cast<std::size_t>(size);
}

// Up to the acknowledgement or the end of the list. Returns how many entries came.
std::size_t hear_out() {
  std::size_t entries = 0;
  for (;;) {
    const std::size_t size = hear();
    for (std::size_t at = 0; at < size;) {
      nlmsghdr header;
      std::memcpy(&header, received.data() + at, sizeof header);
      if (header.nlmsg_type == NLMSG_DONE) return entries;
      if (header.nlmsg_type == NLMSG_ERROR) {
        int error = 0;
        std::memcpy(&error, received.data() + at + sizeof header, sizeof error);
        if (error == 0) return entries;
        errno = -error;
        fail("the kernel refused");
      }
      ++entries;
      at += (header.nlmsg_len + 3) & ~std::size_t{3};
    }
  }
}

void connect_to_kernel() {
  netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
  if (netlink < 0) fail("socket");
  const int size = 1 << 20;
  setsockopt(netlink, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  setsockopt(netlink, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  const sockaddr_nl kernel{AF_NETLINK, 0, 0, 0};
  if (connect(netlink, reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel) != 0)
    fail("connect");

  Buffer name;
  attribute(name, CTRL_ATTR_FAMILY_NAME, IPVS_GENL_NAME, sizeof IPVS_GENL_NAME);
  Buffer question;
  message(question, GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, name);
  say(question);
  const std::size_t end = hear();
  for (std::size_t at = sizeof(nlmsghdr) + sizeof(genlmsghdr); at + sizeof(nlattr) <= end;) {
    nlattr header;
    std::memcpy(&header, received.data() + at, sizeof header);
    if (header.nla_len < sizeof header) break;
    if (header.nla_type == CTRL_ATTR_FAMILY_ID)
      std::memcpy(&family, received.data() + at + sizeof header, sizeof family);
    at += (header.nla_len + 3U) & ~std::size_t{3};
  }
  if (family == 0) fail("no IPVS");
}

Buffer address(std::uint32_t host_order) {
  Buffer out(16);
  const std::uint32_t network_order = htobe32(host_order);
  std::memcpy(out.data(), &network_order, sizeof network_order);
  return out;
}

Buffer service_key(std::uint32_t service) {
  Buffer out;
  number(out, IPVS_SVC_ATTR_AF, std::uint16_t{AF_INET});
  number(out, IPVS_SVC_ATTR_PROTOCOL, std::uint16_t{6});
  const Buffer vip = address(0x0a010000 + service);  // 10.1.0.0 on
  attribute(out, IPVS_SVC_ATTR_ADDR, vip.data(), vip.size());
  number(out, IPVS_SVC_ATTR_PORT, htobe16(80));
  return out;
}

Buffer service_command(std::uint32_t service) {
  Buffer whole = service_key(service);
  attribute(whole, IPVS_SVC_ATTR_SCHED_NAME, "wlc", 4);
  const ip_vs_flags flags{0, 0x3d};
  attribute(whole, IPVS_SVC_ATTR_FLAGS, &flags, sizeof flags);
  number(whole, IPVS_SVC_ATTR_TIMEOUT, std::uint32_t{0});
  number(whole, IPVS_SVC_ATTR_NETMASK, ~std::uint32_t{0});
  Buffer out;
  nest(out, IPVS_CMD_ATTR_SERVICE, whole);
  return out;
}

Buffer destination_command(std::uint32_t service, std::uint32_t destination) {
  Buffer whole;
  const Buffer server = address(0x0a020000 + service % 100 * 100 + destination);  // 10.2.0.0 on
  attribute(whole, IPVS_DEST_ATTR_ADDR, server.data(), server.size());
  number(whole, IPVS_DEST_ATTR_PORT, htobe16(80));
  number(whole, IPVS_DEST_ATTR_ADDR_FAMILY, std::uint16_t{AF_INET});
  number(whole, IPVS_DEST_ATTR_FWD_METHOD, std::uint32_t{0});
  number(whole, IPVS_DEST_ATTR_WEIGHT, std::uint32_t{1});
  number(whole, IPVS_DEST_ATTR_U_THRESH, std::uint32_t{0});
  number(whole, IPVS_DEST_ATTR_L_THRESH, std::uint32_t{0});
  Buffer out;
  nest(out, IPVS_CMD_ATTR_SERVICE, service_key(service));
  nest(out, IPVS_CMD_ATTR_DEST, whole);
  return out;
}

class Clock {
 public:
  ~Clock() {
    const auto spent = std::chrono::steady_clock::now() - start_;
    std::printf("%.2f\n", std::chrono::duration<double, std::milli>(spent).count());
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// A message that does nothing closes each batch and is acknowledged.
void close_batch(Buffer& batch) {
  const nlmsghdr fence{sizeof(nlmsghdr), NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK, 0, 0};
  put(batch, &fence, sizeof fence);
}

void write_table(std::uint32_t services, std::uint32_t destinations, std::uint32_t batch_size) {
  std::vector<Buffer> batches(1);
  std::uint32_t in_batch = 0;
  const auto add = [&](std::uint8_t command, const Buffer& attributes) {
    if (in_batch == batch_size) {
      close_batch(batches.back());
      batches.emplace_back();
      in_batch = 0;
    }
    message(batches.back(), family, 0, command, attributes);
    ++in_batch;
  };
  for (std::uint32_t service = 0; service < services; ++service) {
    add(IPVS_CMD_NEW_SERVICE, service_command(service));
    for (std::uint32_t destination = 0; destination < destinations; ++destination)
      add(IPVS_CMD_NEW_DEST, destination_command(service, destination));
  }
  close_batch(batches.back());

  const Clock clock;
  for (const Buffer& batch : batches) {
    say(batch);
    hear_out();
  }
}

// The keys of all services, as they came.
std::vector<Buffer> listed_keys() {
  Buffer question;
  message(question, family, NLM_F_DUMP, IPVS_CMD_GET_SERVICE, {});
  say(question);
  std::vector<Buffer> keys;
  for (;;) {
    const std::size_t size = hear();
    for (std::size_t at = 0; at < size;) {
      nlmsghdr header;
      std::memcpy(&header, received.data() + at, sizeof header);
      if (header.nlmsg_type == NLMSG_DONE) return keys;
      const std::size_t start = at + sizeof header + sizeof(genlmsghdr);
      const std::size_t end = at + header.nlmsg_len;
      keys.emplace_back(received.begin() + static_cast<std::ptrdiff_t>(start),
                        received.begin() + static_cast<std::ptrdiff_t>(end));
      at += (header.nlmsg_len + 3) & ~std::size_t{3};
    }
  }
}

void read_table() {
  const Clock clock;
  for (const Buffer& service : listed_keys()) {
    Buffer question;
    message(question, family, NLM_F_DUMP, IPVS_CMD_GET_DEST, service);
    say(question);
    hear_out();
  }
}

void clear_table() {
  Buffer command;
  message(command, family, NLM_F_ACK, IPVS_CMD_FLUSH, {});
  const Clock clock;
  say(command);
  hear_out();
}

std::uint32_t count(const char* word) {
  return static_cast<std::uint32_t>(std::strtoul(word, nullptr, 10));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  if (verb != "read" && verb != "clear" && (verb != "write" || argc < 4)) {
    std::fprintf(stderr, "ipvs_limit write SERVICES DESTINATIONS [BATCH] | read | clear\n");
    return 64;
  }
  connect_to_kernel();
  if (verb == "write")
    write_table(count(argv[2]), count(argv[3]), argc > 4 ? count(argv[4]) : 500);
  else if (verb == "read")
    read_table();
  else
    clear_table();
  return 0;
}
