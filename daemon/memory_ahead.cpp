#include "daemon/memory_ahead.h"

#include <malloc.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "base/parse_number.h"

namespace lvsd {

namespace {

constexpr std::size_t own_mapping = std::size_t{32} << 20;  // the largest that glibc lets us choose
constexpr std::size_t largest_block = own_mapping / 2;
// Less than that is not worth the calls.
constexpr std::size_t least = std::size_t{256} << 10;

// Linux 6.0 keeps pages writable through a change of protection that leaves them so (commit
// 64fe24a3e05e); before, each would have to be touched once more.
bool keeps_pages_writable() {
  utsname name{};
  if (::uname(&name) != 0) return false;
  const std::string_view release = name.release;
  const auto major = parse_number<unsigned>(release.substr(0, release.find('.')));
  return major && *major >= 6;
}

// The whole pages of a block.
void populate(char* block, std::size_t size) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  const std::uintptr_t skipped = (page - address % page) % page;
  if (skipped >= size) return;
  void* const begin = block + skipped;
  const std::size_t length = (size - skipped) / page * page;
  if (::madvise(begin, length, MADV_POPULATE_WRITE) != 0) return;
  // user-mode-linux gives its processes such pages at a fault or a change of protection only. This
  // is one, and the block can be read and written all the time.
  static const bool is_harmless = keeps_pages_writable();
  if (!is_harmless) return;
  ::mprotect(begin, length, PROT_WRITE);
  ::mprotect(begin, length, PROT_READ | PROT_WRITE);
}

}  // namespace

void use_one_heap() {
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
  ::mallopt(M_MMAP_THRESHOLD, own_mapping);
}

void take_memory_ahead(std::size_t bytes) {
  const std::size_t known = ::mallinfo2().fordblks;
  if (bytes < known + least) return;
  // All of them before any is freed, so that each is another one; and the list before them, so that
  // nothing parts them from the end of the heap: there they become one block again, of any size.
  std::vector<void*> blocks;
  blocks.reserve(bytes / largest_block + 1);
  for (std::size_t left = bytes - known; left > 0;) {
    const std::size_t size = std::min(left, largest_block);
    void* const block = std::malloc(size);
    if (block == nullptr) break;
    populate(static_cast<char*>(block), size);
    blocks.push_back(block);
    left -= size;
  }
  for (void* const block : blocks)
    std::free(block);
}

void give_back_memory_beyond(std::size_t bytes) {
  if (::mallinfo2().fordblks > 2 * bytes) ::malloc_trim(0);
}

}  // namespace lvsd
