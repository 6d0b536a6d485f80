// SPDX-License-Identifier: Apache-2.0
// The floor of bench/check: libyaml's events of each file, counted and thrown away.
//   podsysctl-yaml-events FILE...
#include <stdio.h>
#include <yaml.h>

static int count_events(const char *path, unsigned long *events) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    perror(path);
    return 0;
  }
  yaml_parser_t parser;
  if (!yaml_parser_initialize(&parser)) {
    fclose(file);
    return 0;
  }
  yaml_parser_set_input_file(&parser, file);
  int done = 0;
  int good = 1;
  while (!done) {
    yaml_event_t event;
    if (!yaml_parser_parse(&parser, &event)) {
      fprintf(stderr, "%s: %s\n", path, parser.problem);
      good = 0;
      break;
    }
    done = event.type == YAML_STREAM_END_EVENT;
    ++*events;
    yaml_event_delete(&event);
  }
  yaml_parser_delete(&parser);
  fclose(file);
  return good;
}

int main(int argc, char **argv) {
  unsigned long events = 0;
  for (int i = 1; i < argc; ++i) {
    if (!count_events(argv[i], &events)) {
      return 1;
    }
  }
  printf("%lu\n", events);
  return 0;
}
