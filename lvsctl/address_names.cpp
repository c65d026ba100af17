#include "lvsctl/address_names.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/printable.h"

namespace lvsd::ctl {
namespace {

// One that waits for a name server keeps no other from being asked.
constexpr std::size_t most_threads = 16;

std::optional<std::string> name_of(const Address& address) {
  const boost::asio::ip::tcp::endpoint there(boost::asio::ip::make_address(text(address)), 0);
  std::array<char, NI_MAXHOST> name{};
  const int failure = ::getnameinfo(there.data(), static_cast<socklen_t>(there.size()), name.data(),
                                    name.size(), nullptr, 0, NI_NAMEREQD);
  return failure == 0 ? std::optional<std::string>(name.data()) : std::nullopt;
}

// What the threads share. They may outlive the question: a resolver cannot be called back.
struct Search {
  std::mutex mutex;
  std::condition_variable done;
  std::vector<Address> waiting;
  std::size_t unanswered = 0;
  bool is_over = false;
  AddressNames names;
};

void ask(const std::shared_ptr<Search>& search) {
  for (;;) {
    std::unique_lock lock(search->mutex);
    if (search->is_over || search->waiting.empty()) return;
    const Address address = search->waiting.back();
    search->waiting.pop_back();
    lock.unlock();
    auto name = name_of(address);
    lock.lock();
    if (name) search->names.emplace(address, *std::move(name));
    if (--search->unanswered == 0) search->done.notify_one();
  }
}

// Calls `use` with each address of a cell and how much of the text it is, from where.
using UseAddress = std::function<void(const Address&, std::size_t begin, std::size_t end)>;

void visit_addresses(const std::string& text, const UseAddress& use) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (const auto address = parse_address(word)) {
      use(*address, begin, end);
    } else if (const auto endpoint = parse_endpoint(word)) {
      use(endpoint->address, begin, begin + word.rfind(':'));
    }
    begin = end + 1;
  }
}

std::string named(const std::string& text, const AddressNames& names) {
  std::string out;
  std::size_t taken = 0;
  visit_addresses(text, [&](const Address& address, std::size_t begin, std::size_t end) {
    const auto found = names.find(address);
    if (found == names.end()) return;
    out += text.substr(taken, begin - taken) + printable_line(found->second);
    taken = end;
  });
  return out + text.substr(taken);
}

}  // namespace

AddressNames names_of(const std::set<Address>& addresses, std::chrono::milliseconds limit) {
  const auto search = std::make_shared<Search>();
  search->waiting.assign(addresses.rbegin(), addresses.rend());
  search->unanswered = addresses.size();
  for (std::size_t i = 0; i < std::min(addresses.size(), most_threads); ++i)
    std::thread([search] { ask(search); }).detach();
  std::unique_lock lock(search->mutex);
  search->done.wait_for(lock, limit, [&] { return search->unanswered == 0; });
  search->is_over = true;
  return search->names;
}

std::set<Address> addresses_in(const Table& table) {
  std::set<Address> out;
  for (const auto& row : table.rows)
    for (const Cell& cell : row)
      visit_addresses(cell.text, [&out](const Address& address, std::size_t, std::size_t) {
        out.insert(address);
      });
  return out;
}

void put_names(Table& table, const AddressNames& names) {
  for (auto& row : table.rows)
    for (Cell& cell : row)
      cell.text = named(cell.text, names);
}

}  // namespace lvsd::ctl
