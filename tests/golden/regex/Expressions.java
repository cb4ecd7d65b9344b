import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Writes expressions.tsv: java -cp re2j-1.8.jar Expressions.java > expressions.tsv */
class Expressions {
    static final String[] NAMES = {
        "", "a", "b", "c", "d", "ab", "ba", "aa", "aab", "abc", "A", "B", "Ab", "1", "12", "0", "a1", "a-b", "a.b", "a_b",
        "orders", "orders-2", "t", "K", "x", "z", "-", ".", "_", "[", "]", "{", "}", "a{", "a{,2}", "\\", "^", "$", "&", ":",
        ",", "(", ")", "|", "*", "+", "?", " ", "tx", "4", "7", "\t", "\n", "é", "α", "Ω", "\u0001", "E", "Q", "i", "s", "<", "~"};
    static final String[] BY_HAND = {
        "(?)", "(?)a", "(?-)a", "(?i-i)A", "(?i-)a", "(?i", "(?-i-s)a", "(?ii)a", "(?isU-m)a", "(?i-iiU:a+)b", "(?:)", "(?i:)", "(?i)*",
        "\\012", "\\0", "\\08", "\\1", "\\8", "\\17", "\\164x", "[\\164]", "[\\1]", "[\\18]", "\\1a", "\\é", "\\_", "\\ ",
        "\\p{^Greek}", "\\P{^Greek}", "\\p{Greek}", "\\P{Greek}", "\\p^L", "\\pL", "\\pN+", "\\p{L}+", "[\\p{Lu}\\d]+", "[^\\PL]",
        "\\p{Any}", "\\P{Any}", "\\p{lu}", "\\p{Cs}", "\\P{Cs}", "\\p{C}", "\\p{Cn}", "\\p{LC}", "\\p{}", "\\p", "\\p{Greek", "\\pé",
        "\\p{Alphabetic}", "\\p{sc=Greek}", "\\p{Unknown}", "(?i)\\p{Lu}", "(?i)\\p{Greek}", "\\pLu",
        "[[:foo:]]", "[[:^alpha:]]", "[[:word:]]+", "[[:]", "[[:]]", "[[:alpha]", "[[:alpha:]-z]", "[a-[:alpha:]]", "[a-\\d]", "[\\d-z]",
        "[z-\\d]", "[[:a-very-long-name-indeed:]]", "[[=a=]]", "[[.a.]]", "[[:alpha:][:digit:]]+", "[^[:alpha:]]", "[[:punct:]]", "[[:space:]]",
        "\\x", "\\x4", "\\x41", "\\x{41}", "\\x{110000}", "\\x{10FFFF}", "\\x{}", "\\x{000000000000041}", "\\xg", "[\\x{41}-\\x{43}]",
        "[\\x{D7FF}-\\x{E000}]", "[\\x{D800}-\\x{DFFF}]", "[^\\x{D800}]", "\\x{D800}", "a|\\x{DFFF}",
        "(?P<n>a)(?P<n>b)", "(?<n>a)", "(?P<1>a)", "(?P<>a)", "(?P=n)", "(?P<n a)", "(?P<a-b>a)", "(?P<é>a)", "(?<n>a)(?<m>b)", "(?P>a)", "(?#a)",
        "a{0}", "a{1000}", "(a{10}){11}", "a{1001}", "a{1001,}", "a{2,1}", "a{01}", "a{,3}", "a{2,}", "a{2,3}?", "a{2}?", "x{2}*", "a{0,0}",
        "a{12345678901234567890}", "a{1,12345678901234567890}", "a{", "a{1", "a{1,", "a{1,2", "{1}", "a{1}{2}", "a{1 }", "a{-1}",
        "\\G", "\\Z", "\\z", "\\A", "\\e", "\\cA", "\\X", "\\R", "\\N", "\\h", "\\C", "[\\Qa\\E]", "[\\b]", "[\\A]", "[\\z]", "x*+", "x??", "x**?", "a*?+",
        "^*", "$+", "\\b*", "a\\b", "\\Ba", "(?s).", "(?-s).", ".", "(?m)^a$", "[z-a]", "[a--]", "[+--]", "[]a]", "[^]a]", "[]", "[^]", "[", "[a", "[a\\", "[\\",
        "[a-]", "[-a]", "[a-b-c]", "[a-c-e]", "[a&&b]", "[a~~b]", "[a||b]", "[[a]", "[^^]", "[\\^a]", "[\\]]", "[.]", "[\\.]", "[\\w-]+", "[\\-a]",
        "\\", "a\\", "\\E", "\\Q", "\\Qa", "\\Q\\E*", "a\\Q\\E*", "\\Qa.b\\E*", "\\Q*\\E+", "\\Qa\\Eb\\E", "\\Qab\\E{2}",
        "|", "a|b|", "a||b", "()", "(|a)*", "(?:|a)+", ")", "(", "(()", "a)", "*a", "a|*", "(*a)", "(?", "(?P", "(?P<", "(?z)a", "(?=a)", "(?!a)", "(?<a", "(?<=a)",
        "a\nb", "\\t", "\\n", "\\a\\f\\r\\v", "\\.", "\\-", "\\<", "<", "~", "#", "(?i)orders", "(?U)a+?", "(?i)K", "(?i)[k]", "(?x)a"};
    static final String[] PIECES = {
        "a", "b", "c", "1", "A", "-", ".", "_", "*", "+", "?", "|", "(", ")", "[", "]", "^", "$", "{", "}", "{2}", "{1,2}", "{0,}", ",", ":", "\\", "\\d", "\\W",
        "\\s", "\\Q", "\\E", "\\.", "\\-", "\\b", "\\z", "(?:", "(?i)", "(?s-i:", "(?P<n>", "[^", "[a-c", "[:alpha:]", "[[:digit:]", "\\pL", "\\p{Lu}", "\\x41",
        "\\x{62}", "\\141", "\\0", "&&", "--", "~~", "?", "]", ")", "é", " "};

    public static void main(String[] arguments) {
        List<String> expressions = new ArrayList<>(List.of(BY_HAND));
        Random random = new Random(1);
        while (expressions.size() < 3000) {
            StringBuilder text = new StringBuilder();
            for (int pieces = 1 + random.nextInt(7); pieces > 0; pieces--) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
            expressions.add(text.toString());
        }
        StringBuilder names = new StringBuilder();
        for (String name : NAMES) {
            names.append('\t').append(escaped(name));
        }
        print("names" + names);
        for (String expression : expressions) {
            print(escaped(expression) + "\t" + verdict(expression));
        }
    }

    /** One digit a name, 1 if it matches; or what is wrong. */
    static String verdict(String expression) {
        try {
            Pattern pattern = Pattern.compile(expression);
            StringBuilder matches = new StringBuilder();
            for (String name : NAMES) {
                matches.append(pattern.matches(name) ? '1' : '0');
            }
            return matches.toString();
        } catch (PatternSyntaxException error) {
            return "error: " + error.getDescription();
        }
    }

    static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        for (char next : text.toCharArray()) {
            boolean isPlain = next >= ' ' && next < 127 && next != '%';
            escaped.append(isPlain ? String.valueOf(next) : String.format("%%%04x", (int) next));
        }
        return escaped.toString();
    }

    static void print(String line) {
        System.out.print(line + "\n");
    }
}
