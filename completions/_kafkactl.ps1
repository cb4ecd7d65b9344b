
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'kafkactl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'kafkactl'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'kafkactl' {
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]')
            [CompletionResult]::new('--bootstrap', '--bootstrap', [CompletionResultType]::ParameterName, 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Named context of kafkactl.toml')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Named context of kafkactl.toml')
            [CompletionResult]::new('-X', '-X ', [CompletionResultType]::ParameterName, 'A client property, such as client.id=me; may repeat')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Context file to use in place of the user''s')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up when the command takes longer; a streaming command: when nothing answers for so long')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('storage', 'storage', [CompletionResultType]::ParameterValue, 'Format and inspect data directories; no broker needed')
            [CompletionResult]::new('context', 'context', [CompletionResultType]::ParameterValue, 'Named clusters in kafkactl.toml')
            [CompletionResult]::new('ctx', 'ctx', [CompletionResultType]::ParameterValue, 'Named clusters in kafkactl.toml')
            [CompletionResult]::new('completion', 'completion', [CompletionResultType]::ParameterValue, 'Print a shell''s completion script')
            [CompletionResult]::new('version', 'version', [CompletionResultType]::ParameterValue, 'Print the version')
            break
        }
        'kafkactl;storage' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('random-uuid', 'random-uuid', [CompletionResultType]::ParameterValue, 'Draw a cluster id')
            break
        }
        'kafkactl;storage;random-uuid' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'kafkactl;context' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'The contexts of the user''s and the project''s file')
            [CompletionResult]::new('ls', 'ls', [CompletionResultType]::ParameterValue, 'The contexts of the user''s and the project''s file')
            [CompletionResult]::new('use', 'use', [CompletionResultType]::ParameterValue, 'Make a context the current one')
            [CompletionResult]::new('current', 'current', [CompletionResultType]::ParameterValue, 'The name of the current context')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'The settings that a context comes to, each with its source')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Write a context to the user''s file')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Take a context out of the user''s file')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Take a context out of the user''s file')
            break
        }
        'kafkactl;ctx' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'The contexts of the user''s and the project''s file')
            [CompletionResult]::new('ls', 'ls', [CompletionResultType]::ParameterValue, 'The contexts of the user''s and the project''s file')
            [CompletionResult]::new('use', 'use', [CompletionResultType]::ParameterValue, 'Make a context the current one')
            [CompletionResult]::new('current', 'current', [CompletionResultType]::ParameterValue, 'The name of the current context')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'The settings that a context comes to, each with its source')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Write a context to the user''s file')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Take a context out of the user''s file')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Take a context out of the user''s file')
            break
        }
        'kafkactl;context;list' {
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Columns to show, in this order')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Order by a column; NAME:desc for the largest first')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat')
            [CompletionResult]::new('--units', '--units', [CompletionResultType]::ParameterName, 'Sizes in units or as plain bytes [default: human on a terminal, else raw]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Context file to use in place of the user''s')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'No header line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'kafkactl;context;ls' {
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Columns to show, in this order')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Order by a column; NAME:desc for the largest first')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat')
            [CompletionResult]::new('--units', '--units', [CompletionResultType]::ParameterName, 'Sizes in units or as plain bytes [default: human on a terminal, else raw]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Context file to use in place of the user''s')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'No header line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'kafkactl;ctx;list' {
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Columns to show, in this order')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Order by a column; NAME:desc for the largest first')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat')
            [CompletionResult]::new('--units', '--units', [CompletionResultType]::ParameterName, 'Sizes in units or as plain bytes [default: human on a terminal, else raw]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Context file to use in place of the user''s')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'No header line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'kafkactl;ctx;ls' {
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Columns to show, in this order')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Order by a column; NAME:desc for the largest first')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat')
            [CompletionResult]::new('--units', '--units', [CompletionResultType]::ParameterName, 'Sizes in units or as plain bytes [default: human on a terminal, else raw]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Context file to use in place of the user''s')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'No header line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'kafkactl;context;use' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Context file to use in place of the user''s')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'kafkactl;ctx;use' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Context file to use in place of the user''s')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'kafkactl;context;current' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Context file to use in place of the user''s')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'kafkactl;ctx;current' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Context file to use in place of the user''s')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'kafkactl;context;show' {
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Columns to show, in this order')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Order by a column; NAME:desc for the largest first')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat')
            [CompletionResult]::new('--units', '--units', [CompletionResultType]::ParameterName, 'Sizes in units or as plain bytes [default: human on a terminal, else raw]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Context file to use in place of the user''s')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'No header line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'kafkactl;ctx;show' {
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Columns to show, in this order')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Order by a column; NAME:desc for the largest first')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat')
            [CompletionResult]::new('--units', '--units', [CompletionResultType]::ParameterName, 'Sizes in units or as plain bytes [default: human on a terminal, else raw]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Context file to use in place of the user''s')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'No header line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'kafkactl;context;add' {
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Brokers to ask first, as host:port with commas')
            [CompletionResult]::new('--bootstrap', '--bootstrap', [CompletionResultType]::ParameterName, 'Brokers to ask first, as host:port with commas')
            [CompletionResult]::new('-X', '-X ', [CompletionResultType]::ParameterName, 'A client property, such as client.id=me; may repeat')
            [CompletionResult]::new('--protect', '--protect', [CompletionResultType]::ParameterName, 'Guard against changes: none; confirm asks for typed names; readonly refuses')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Context file to use in place of the user''s')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('--replace', '--replace', [CompletionResultType]::ParameterName, 'Replace a context of the same name')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'kafkactl;ctx;add' {
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Brokers to ask first, as host:port with commas')
            [CompletionResult]::new('--bootstrap', '--bootstrap', [CompletionResultType]::ParameterName, 'Brokers to ask first, as host:port with commas')
            [CompletionResult]::new('-X', '-X ', [CompletionResultType]::ParameterName, 'A client property, such as client.id=me; may repeat')
            [CompletionResult]::new('--protect', '--protect', [CompletionResultType]::ParameterName, 'Guard against changes: none; confirm asks for typed names; readonly refuses')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Context file to use in place of the user''s')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('--replace', '--replace', [CompletionResultType]::ParameterName, 'Replace a context of the same name')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'kafkactl;context;remove' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Context file to use in place of the user''s')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'kafkactl;context;rm' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Context file to use in place of the user''s')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'kafkactl;ctx;remove' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Context file to use in place of the user''s')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'kafkactl;ctx;rm' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Context file to use in place of the user''s')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'kafkactl;completion' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'kafkactl;version' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colours: auto is a terminal without NO_COLOR')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say less on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error; twice for every request')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
