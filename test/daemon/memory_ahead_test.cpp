#include "daemon/memory_ahead.h"

#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdlib>
#include <functional>

// The sanitizers have a heap of their own.
#ifndef LVSD_SANITIZED

using namespace lvsd;

namespace {

constexpr std::size_t size = std::size_t{8} << 20;
constexpr long pages = 2048;

long faults() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

// How often the kernel is called for pages while a block of `size` is written for the first time.
long faults_of_a_block() {
  const long before = faults();
  auto* const block = static_cast<volatile char*>(std::malloc(size));
  if (block == nullptr) return -1;
  for (std::size_t at = 0; at < size; at += 4096)
    block[at] = 1;
  return faults() - before;
}

// So much that a block of `size` is among it, whatever the tests before this one have freed.
std::size_t enough() {
  return ::mallinfo2().fordblks + size + 4096;
}

// In a process of its own, whose heap is set up for this alone.
int outcome(const std::function<bool()>& holds) {
  const pid_t child = ::fork();
  if (child == 0) {
    use_one_heap();
    ::_exit(holds() ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("memory that was taken ahead costs no fault when it is used") {
  CHECK(outcome([] { return faults_of_a_block() > pages / 2; }) == 0);
  CHECK(outcome([] {
          take_memory_ahead(enough());
          return faults_of_a_block() < pages / 20;
        }) == 0);
}

TEST_CASE("a block that is a little larger than what was taken ahead is made of that and more") {
  CHECK(outcome([] {
          take_memory_ahead(::mallinfo2().fordblks + size - 8192);
          return faults_of_a_block() < pages / 20;
        }) == 0);
}

TEST_CASE("what was freed counts as taken ahead") {
  CHECK(outcome([] {
          const std::size_t bytes = enough();
          take_memory_ahead(bytes);
          const long before = faults();
          take_memory_ahead(bytes);
          return faults() - before < pages / 20;
        }) == 0);
}

TEST_CASE("freed memory is given back when it is more than the next reload takes") {
  CHECK(outcome([] {
          const std::size_t bytes = enough();
          take_memory_ahead(bytes);
          give_back_memory_beyond(bytes);
          return faults_of_a_block() < pages / 20;
        }) == 0);
  CHECK(outcome([] {
          const std::size_t bytes = enough();
          take_memory_ahead(bytes);
          give_back_memory_beyond(bytes / 4);
          return faults_of_a_block() > pages / 2;
        }) == 0);
}

#endif
