
use builtin;
use str;

set edit:completion:arg-completer[kafkactl] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'kafkactl'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'kafkactl'= {
            cand -b 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]'
            cand --bootstrap 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]'
            cand -c 'Named context of kafkactl.toml'
            cand --context 'Named context of kafkactl.toml'
            cand -X 'A client property, such as client.id=me; may repeat'
            cand --config 'Context file to use in place of the user''s'
            cand --timeout 'Give up when the command takes longer; a streaming command: when nothing answers for so long'
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand storage 'Format and inspect data directories; no broker needed'
            cand context 'Named clusters in kafkactl.toml'
            cand ctx 'Named clusters in kafkactl.toml'
            cand completion 'Print a shell''s completion script'
            cand version 'Print the version'
        }
        &'kafkactl;storage'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand random-uuid 'Draw a cluster id'
        }
        &'kafkactl;storage;random-uuid'= {
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'kafkactl;context'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'The contexts of the user''s and the project''s file'
            cand ls 'The contexts of the user''s and the project''s file'
            cand use 'Make a context the current one'
            cand current 'The name of the current context'
            cand show 'The settings that a context comes to, each with its source'
            cand add 'Write a context to the user''s file'
            cand remove 'Take a context out of the user''s file'
            cand rm 'Take a context out of the user''s file'
        }
        &'kafkactl;ctx'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'The contexts of the user''s and the project''s file'
            cand ls 'The contexts of the user''s and the project''s file'
            cand use 'Make a context the current one'
            cand current 'The name of the current context'
            cand show 'The settings that a context comes to, each with its source'
            cand add 'Write a context to the user''s file'
            cand remove 'Take a context out of the user''s file'
            cand rm 'Take a context out of the user''s file'
        }
        &'kafkactl;context;list'= {
            cand --columns 'Columns to show, in this order'
            cand --sort 'Order by a column; NAME:desc for the largest first'
            cand --filter 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat'
            cand --units 'Sizes in units or as plain bytes [default: human on a terminal, else raw]'
            cand --config 'Context file to use in place of the user''s'
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand --no-headers 'No header line'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'kafkactl;context;ls'= {
            cand --columns 'Columns to show, in this order'
            cand --sort 'Order by a column; NAME:desc for the largest first'
            cand --filter 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat'
            cand --units 'Sizes in units or as plain bytes [default: human on a terminal, else raw]'
            cand --config 'Context file to use in place of the user''s'
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand --no-headers 'No header line'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'kafkactl;ctx;list'= {
            cand --columns 'Columns to show, in this order'
            cand --sort 'Order by a column; NAME:desc for the largest first'
            cand --filter 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat'
            cand --units 'Sizes in units or as plain bytes [default: human on a terminal, else raw]'
            cand --config 'Context file to use in place of the user''s'
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand --no-headers 'No header line'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'kafkactl;ctx;ls'= {
            cand --columns 'Columns to show, in this order'
            cand --sort 'Order by a column; NAME:desc for the largest first'
            cand --filter 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat'
            cand --units 'Sizes in units or as plain bytes [default: human on a terminal, else raw]'
            cand --config 'Context file to use in place of the user''s'
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand --no-headers 'No header line'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'kafkactl;context;use'= {
            cand --config 'Context file to use in place of the user''s'
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'kafkactl;ctx;use'= {
            cand --config 'Context file to use in place of the user''s'
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'kafkactl;context;current'= {
            cand --config 'Context file to use in place of the user''s'
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'kafkactl;ctx;current'= {
            cand --config 'Context file to use in place of the user''s'
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'kafkactl;context;show'= {
            cand --columns 'Columns to show, in this order'
            cand --sort 'Order by a column; NAME:desc for the largest first'
            cand --filter 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat'
            cand --units 'Sizes in units or as plain bytes [default: human on a terminal, else raw]'
            cand --config 'Context file to use in place of the user''s'
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand --no-headers 'No header line'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'kafkactl;ctx;show'= {
            cand --columns 'Columns to show, in this order'
            cand --sort 'Order by a column; NAME:desc for the largest first'
            cand --filter 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat'
            cand --units 'Sizes in units or as plain bytes [default: human on a terminal, else raw]'
            cand --config 'Context file to use in place of the user''s'
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand --no-headers 'No header line'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'kafkactl;context;add'= {
            cand -b 'Brokers to ask first, as host:port with commas'
            cand --bootstrap 'Brokers to ask first, as host:port with commas'
            cand -X 'A client property, such as client.id=me; may repeat'
            cand --protect 'Guard against changes: none; confirm asks for typed names; readonly refuses'
            cand --config 'Context file to use in place of the user''s'
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand --replace 'Replace a context of the same name'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'kafkactl;ctx;add'= {
            cand -b 'Brokers to ask first, as host:port with commas'
            cand --bootstrap 'Brokers to ask first, as host:port with commas'
            cand -X 'A client property, such as client.id=me; may repeat'
            cand --protect 'Guard against changes: none; confirm asks for typed names; readonly refuses'
            cand --config 'Context file to use in place of the user''s'
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand --replace 'Replace a context of the same name'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'kafkactl;context;remove'= {
            cand --config 'Context file to use in place of the user''s'
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'kafkactl;context;rm'= {
            cand --config 'Context file to use in place of the user''s'
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'kafkactl;ctx;remove'= {
            cand --config 'Context file to use in place of the user''s'
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'kafkactl;ctx;rm'= {
            cand --config 'Context file to use in place of the user''s'
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'kafkactl;completion'= {
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'kafkactl;version'= {
            cand -o 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --output 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE'
            cand --color 'Colours: auto is a terminal without NO_COLOR'
            cand -q 'Say less on standard error'
            cand --quiet 'Say less on standard error'
            cand -v 'Say more on standard error; twice for every request'
            cand --verbose 'Say more on standard error; twice for every request'
            cand -h 'Print help'
            cand --help 'Print help'
        }
    ]
    $completions[$command]
}
