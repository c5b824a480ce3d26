// goroutines: channels, timers, mutexes, a select, a child process, signals, files and maps, from Go.
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func fibonacci(n int) int {
	if n < 2 {
		return n
	}
	return fibonacci(n-1) + fibonacci(n-2)
}

func pipeline() {
	numbers, squares := make(chan int), make(chan int, 4)
	go func() {
		defer close(numbers)
		for i := 1; i <= 100; i++ {
			numbers <- i
		}
	}()
	var workers sync.WaitGroup
	for i := 0; i < 8; i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for n := range numbers {
				squares <- n * n
			}
		}()
	}
	go func() { workers.Wait(); close(squares) }()
	sum := 0
	for n := range squares {
		sum += n
	}
	fmt.Println("sum of squares", sum)
}

func counting() {
	var lock sync.Mutex
	var group sync.WaitGroup
	var atomically int64
	counts := map[int]int{}
	for i := 0; i < 50; i++ {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			for j := 0; j < 20; j++ {
				lock.Lock()
				counts[i%5]++
				lock.Unlock()
				atomic.AddInt64(&atomically, 1)
				runtime.Gosched()
			}
		}(i)
	}
	group.Wait()
	fmt.Println("counts", counts, atomically)
}

func timers() {
	ticker, ticks := time.NewTicker(5*time.Millisecond), 0
	defer ticker.Stop()
	timeout := time.After(200 * time.Millisecond)
	for ticks < 5 {
		select {
		case <-ticker.C:
			ticks++
		case <-timeout:
			fmt.Println("too slow")
			return
		}
	}
	fmt.Println("ticks", ticks)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	<-ctx.Done()
	fmt.Println(ctx.Err())
	start := time.Now()
	time.Sleep(20 * time.Millisecond)
	fmt.Println("slept", time.Since(start) >= 20*time.Millisecond)
}

func children() {
	self, _ := os.Executable()
	command := exec.Command(self, "child", "argument")
	command.Stdin = strings.NewReader("one\ntwo\n")
	output, err := command.Output()
	fmt.Printf("child said %q, %v\n", output, err)
	err = exec.Command(self, "fail").Run()
	var status *exec.ExitError
	fmt.Println("failed", errors.As(err, &status), err)
	sleeper := exec.Command(self, "sleep")
	sleeper.Start()
	sleeper.Process.Signal(syscall.SIGTERM)
	fmt.Println("killed", sleeper.Wait())
	_, err = exec.LookPath("nosuchprogram")
	fmt.Println(err)
}

func signals() {
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGUSR1, syscall.SIGHUP)
	syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	fmt.Println("caught", <-caught)
}

func files() {
	folder, _ := os.MkdirTemp("", "go")
	defer os.RemoveAll(folder)
	os.WriteFile(folder+"/b", []byte("hello"), 0o640)
	os.Mkdir(folder+"/a", 0o755)
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		info, _ := entry.Info()
		fmt.Println(entry.Name(), info.Mode(), entry.IsDir())
	}
	_, err := os.Open(folder + "/none")
	fmt.Println(errors.Is(err, os.ErrNotExist))
	reader, writer, _ := os.Pipe()
	go func() { io.Copy(writer, bytes.NewReader(make([]byte, 200000))); writer.Close() }()
	length, _ := io.Copy(io.Discard, reader)
	fmt.Println("through a pipe", length)
}

func crashing() {
	defer func() { fmt.Println("recovered:", recover()) }()
	var nothing *struct{ value int }
	fmt.Println(nothing.value)
}

func collecting() {
	words := map[string]int{}
	for i := 0; i < 20000; i++ {
		words[fmt.Sprint("word", i%997)] += i
	}
	keys := make([]string, 0, len(words))
	for key := range words {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	runtime.GC()
	fmt.Println(len(keys), keys[0], words[keys[0]], keys[len(keys)-1])
}

func main() {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "child":
			lines := bufio.NewScanner(os.Stdin)
			for lines.Scan() {
				fmt.Println(strings.ToUpper(lines.Text()), os.Args[2])
			}
		case "fail":
			os.Exit(3)
		case "sleep":
			time.Sleep(time.Minute)
		}
		return
	}
	fmt.Println(runtime.GOOS, runtime.GOARCH, fibonacci(20), int64(1)<<40, 1.5/3)
	pipeline()
	counting()
	timers()
	children()
	signals()
	files()
	crashing()
	collecting()
}
